"""seccomp, a part of the Linux kernel: a filter for system calls, in the language of ``linux/bpf_common.h``.

A refused call fails with EPERM, as if the user had no right to it: libraries expect that, and no photo ends because
one of them tries something harmless.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Sequence
from typing import Final

import attrs

_SET_MODE_FILTER: Final = 1
_NO_NEW_PRIVS: Final = 38  # of prctl
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _GREATER_EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16  # offsets in struct seccomp_data
_HALF: Final = 4  # bytes; arguments have 64 bits, of which a filter sees 32 at a time
_THREAD: Final = 0x10000  # CLONE_THREAD
_NEWEST: Final = 463  # calls from here on are newer than this list: refused as not known
_X32: Final = 0x40000000  # numbers of a second interface on x86-64

# What is refused, by the numbers on x86-64 and on 64-bit ARM (None: there is no such call).
_REFUSED: Final[dict[str, tuple[int | None, int | None]]] = {
    # connections
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "bind": (49, 200),
    "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242),
    # programs and processes; threads are made with clone
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    # other processes: their memory, their descriptors, signals to them
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "process_madvise": (440, 440), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "setns": (308, 268),
    "unshare": (272, 97), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "setpriority": (141, 140), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    # rights, times and attributes of files, which Landlock does not cover
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "truncate": (76, 45), "creat": (85, None), "setrlimit": (160, 164),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "flock": (73, 32),
    "chroot": (161, 51), "inotify_init": (253, None), "inotify_init1": (294, 26),
    "fanotify_init": (300, 262), "setfsuid": (122, 151), "setfsgid": (123, 152),
    # memory and messages shared with others
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "semop": (65, 193), "semtimedop": (220, 192), "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    # parts of the kernel that a decoder has no use for, and with a history of faults
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "modify_ldt": (154, None), "personality": (135, 92), "vmsplice": (278, 75), "memfd_secret": (447, 447),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "syslog": (103, 116), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "lookup_dcookie": (212, 18), "iopl": (172, None),
    "ioperm": (173, None), "vhangup": (153, 58), "uselib": (134, None), "_sysctl": (156, None),
}  # fmt: skip
_STARTING: Final = {"execve", "execveat"}
_TRUNCATE: Final = 0o1000  # O_TRUNC, which older kernels allow to whoever may read a file
# Commands of fcntl that send signals to other processes, or tell of what others do with a file:
# F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY.
_FCNTL: Final = (8, 10, 15, 1024, 1026)
# Commands of ioctl that libraries need: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Others change flags
# of a file, even of one that was opened for reading, or freeze its disk.
_IOCTL: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
_ALL_THREADS: Final = 1  # SECCOMP_FILTER_FLAG_TSYNC


@attrs.frozen
class _Machine:
    """How a filter recognises an architecture, and the numbers of the calls that it looks at more closely."""

    audit: int
    column: int
    clone: int
    clone3: int
    kill: int
    tgkill: int
    prlimit64: int
    open: int | None
    openat: int
    openat2: int
    fcntl: int
    ioctl: int


_MACHINES: Final = {
    "x86_64": _Machine(0xC000003E, 0, 56, 435, 62, 234, 302, 2, 257, 437, 72, 16),
    "aarch64": _Machine(0xC00000B7, 1, 220, 435, 129, 131, 261, None, 56, 437, 25, 29),
}
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}  # the call itself


def restrict(*, starting: bool = False) -> None:
    """Refuse these calls to this thread and all that it starts, for ever.

    Args:
        starting: allow it to become another program.

    Raises:
        OSError: it is not possible.
    """
    name = platform.machine()
    machine = _MACHINES.get(name)
    if machine is None:
        raise OSError(f"no filter is known for {name or 'this architecture'}")
    no_new_privileges()
    program = _program(machine, starting=starting)
    code = b"".join(program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    # Zero, or the number of a thread that cannot be closed.
    if libc.syscall(_SECCOMP[name], _SET_MODE_FILTER, _ALL_THREADS, header) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def no_new_privileges() -> None:
    """Never get more rights than this process has: a condition of the kernel for both parts of the seal."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _program(machine: _Machine, *, starting: bool) -> list[bytes]:
    """The filter: a list of instructions, each of which tests one thing and goes on, or ends with an answer."""
    refuse, allow = _answer(_ERRNO | errno.EPERM), _answer(_ALLOW)
    unknown = _answer(_ERRNO | errno.ENOSYS)
    program = [_load(_ARCHITECTURE), _step(_EQUAL, machine.audit, 1, 0), refuse, _load(_NUMBER)]
    program += [_step(_GREATER_EQUAL, _X32, 0, 1), refuse]
    program += [_step(_GREATER_EQUAL, _NEWEST, 0, 1), unknown]
    for newer in (machine.clone3, machine.openat2):  # libc then uses clone and openat
        program += [_step(_EQUAL, newer, 0, 1), unknown]
    for name, numbers in _REFUSED.items():
        number = numbers[machine.column]
        if number is not None and not (starting and name in _STARTING):
            program += [_step(_EQUAL, number, 0, 1), refuse]
    program += _only(machine.clone, 0, _ANY_BIT, (_THREAD,))
    for number in (machine.kill, machine.tgkill):
        program += _only(number, 0, _EQUAL, (os.getpid(),))
    program += _only(machine.prlimit64, 2, _EQUAL, (0,))  # no new limit
    program += _only(machine.ioctl, 1, _EQUAL, _IOCTL, errno.ENOTTY)
    program += _never(machine.fcntl, 1, _EQUAL, _FCNTL)
    program += _never(machine.openat, 2, _ANY_BIT, (_TRUNCATE,))
    if machine.open is not None:
        program += _never(machine.open, 1, _ANY_BIT, (_TRUNCATE,))
    return [*program, allow]


def _only(
    number: int, argument: int, test: int, values: Sequence[int], error: int = errno.EPERM
) -> list[bytes]:
    """Allow a call only if the lower half of an argument passes the test with one of the values."""
    return _if_called(number, argument, test, values, _answer(_ERRNO | error), _answer(_ALLOW))


def _never(number: int, argument: int, test: int, values: Sequence[int]) -> list[bytes]:
    """Refuse a call if the lower half of an argument passes the test with one of the values."""
    refuse = _answer(_ERRNO | errno.EPERM)
    return _if_called(number, argument, test, values, _answer(_ALLOW), refuse)


def _if_called(  # noqa: PLR0917 - one after the other, as the filter tests them
    number: int, argument: int, test: int, values: Sequence[int], otherwise: bytes, answer: bytes
) -> list[bytes]:
    """The answer to a call whose argument passes the test with one of the values, and to one that does not."""
    tests = [_step(test, value, len(values) - at, 0) for at, value in enumerate(values)]
    inside = [_load(_FIRST + 2 * _HALF * argument), *tests, otherwise, answer]
    return [_step(_EQUAL, number, 0, len(inside)), *inside]


def _load(offset: int) -> bytes:
    return _instruction(_LOAD, 0, 0, offset)


def _step(test: int, value: int, if_so: int, if_not: int) -> bytes:
    """Skip so many instructions if the test of the loaded value succeeds, and so many if it fails."""
    return _instruction(test, if_so, if_not, value)


def _answer(value: int) -> bytes:
    return _instruction(_RETURN, 0, 0, value)


def _instruction(code: int, if_so: int, if_not: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
