"""Follows the pages to the letter on a machine that has nothing: every command is typed, every answer compared.

::

    sudo python tests/bare_machine.py FOLDER [--suite trixie] [--python FOLDER] [--wheel FILE] [PAGE ...]

A root of the smallest Debian is made in FOLDER with debootstrap, unless it is there from an earlier call: with Python and without
a compiler. A user ``reader`` lives there, with the wheel and a photo ``jane.jpg`` in the home folder, photos in ``Pictures``
and a clone of this repository in ``phototag``. With ``--python``, that Python is copied into the root in place of Debian's.

What is not typed, and why not, stands in the pages; see ``typed_pages.py``. Everything that was typed and printed is
printed; the exit code is 1 if a command fails or prints something else than its page shows. The package archive and the
package indexes are the only things connected to. Needs root (for ``chroot`` and ``mount``), debootstrap, git and scikit-image.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
from PIL import Image

import debian_roots
from debian_roots import run
from phototag.cli.sample_photos import HEADSHOT
from processes import started
from samples import SAMPLES
from typed_pages import Block, blocks, differs

ROOT: Final = Path(__file__).parents[1]
INSTALL: Final = "docs/install.md"
PAGES: Final = ("README.md", "docs/tutorial.md", INSTALL)
SHARED: Final = ("/proc", "/sys", "/dev")
PACKAGES: Final = ("ca-certificates", "sudo")
DEBIANS_PYTHON: Final = ("python3", "python3-venv")
# The libraries that a Python of one's own is linked to, where Debian's is not there to bring them.
FOR_PYTHON: Final = ("libbz2-1.0", "libffi8", "liblzma5", "libreadline8", "libsqlite3-0", "libssl3", "zlib1g")  # fmt: skip
COMPILERS: Final = ("cc", "gcc", "g++", "clang", "rustc", "make")
# How this machine reaches the package indexes, for pip, uv and npm.
REACH: Final = (
    "SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "PIP_INDEX_URL", "UV_INDEX_URL", "npm_config_registry",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
CERTIFICATES: Final = "etc/ssl/certs/ca-certificates.crt"
MINUTES: Final = 30  # for one block
SECONDS: Final = 60.0 * MINUTES
STOPPED: Final = 20  # s after which the reader presses Ctrl-C
COLUMNS: Final = "120"  # of the reader's terminal
END: Final = "--- that was all"
FAILED: Final = "--- failed: "  # and the command
TOLD: Final = f"""\
told() {{ echo "{FAILED}${{BASH_COMMAND%%$'\\n'*}} ($1)"; }}
trap 'told $?' ERR
"""


@attrs.frozen(kw_only=True)
class Machine:
    """A root in which a reader types.

    Attributes:
        root: its folder.
        wheel: what the reader has been given.
        python: the folder of a Python that was copied into it; None where it is Debian's.
    """

    root: Path
    wheel: Path
    python: Path | None

    @property
    def path(self) -> str:
        """Where the reader's shell looks for programs at first."""
        own = "/opt/python/bin:" if self.python else ""
        return f"{own}/usr/local/bin:/usr/bin:/bin"


def main() -> int:
    """Make the machine, follow the pages, and say what differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="of the root; made if it is not there")
    parser.add_argument("pages", nargs="*", default=PAGES, help=f"(default: {' '.join(PAGES)})")
    parser.add_argument("--suite", default="trixie", help="the Debian, by name (default: trixie)")
    parser.add_argument("--python", type=Path, help="folder of a Python, copied into the root")
    parser.add_argument("--wheel", type=Path, help="phototag's (default: it is built)")
    given = parser.parse_intermixed_args()
    debian_roots.refuse_unless_possible("git")
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit("ended from outside")
    )  # what is mounted is unmounted
    root: Path = given.folder.resolve()
    python = FOR_PYTHON if given.python else DEBIANS_PYTHON
    debian_roots.make(root, given.suite, (*PACKAGES, *python), SHARED)
    with debian_roots.shared(root, SHARED), tempfile.TemporaryDirectory() as made:
        wheel = given.wheel or built(Path(made))
        machine = Machine(root=root, wheel=wheel, python=given.python)
        prepare(machine)
        say(describe(machine))
        problems = [one for page in given.pages for one in follow(machine, page)]
    say("\n".join(["", *problems, f"{len(problems)} problems"]))
    return 1 if problems else 0


def built(folder: Path) -> Path:
    """The wheel of this tree."""
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def prepare(machine: Machine) -> None:
    """How the machine reaches the indexes; a Python; nobody needs to answer questions of apt and sudo."""
    root = machine.root
    if (own := os.environ.get("SSL_CERT_FILE")) and Path(own).is_file():
        shutil.copy(own, root / CERTIFICATES)
    for name in ("hosts", "resolv.conf"):
        shutil.copy(Path("/etc", name), root / "etc" / name)
    (root / "etc" / "apt" / "apt.conf.d" / "90yes").write_text('APT::Get::Assume-Yes "true";\n')
    (root / "etc" / "sudoers.d" / "reader").write_text("reader ALL=(ALL) NOPASSWD: ALL\n")
    if machine.python and not (root / "opt" / "python").exists():
        kept = shutil.ignore_patterns("site-packages", "__pycache__", "test")
        shutil.copytree(machine.python, root / "opt" / "python", symlinks=True, ignore=kept)
        (root / "etc" / "ld.so.conf.d" / "python.conf").write_text("/opt/python/lib\n")
        run("chroot", str(root), "/sbin/ldconfig")
        run("chroot", str(root), "/opt/python/bin/python3", "-m", "ensurepip")


def describe(machine: Machine) -> str:
    """What kind of machine it is, and that it has no compiler."""
    lines = [
        output(machine, ". /etc/os-release && echo $PRETTY_NAME"),
        output(machine, "python3 --version"),
        f"{machine.wheel.name}, {machine.wheel.stat().st_size / 1e6:.1f} MB",
    ]
    there = [name for name in COMPILERS if output(machine, f"command -v {name} || true")]
    if there:
        sys.exit(f"this machine is not bare: it has {', '.join(there)}")
    return "\n".join([*lines, "no compiler"])


def output(machine: Machine, command: str) -> str:
    """What a command of the root prints."""
    inside = [
        "chroot",
        str(machine.root),
        "/usr/bin/env",
        f"PATH={machine.path}",
        "sh",
        "-c",
        command,
    ]
    done = subprocess.run(inside, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def follow(machine: Machine, page: str) -> Iterator[str]:
    """Type what a page says; yields a sentence for each block that fails or is answered otherwise."""
    path = ROOT / page
    if not path.exists():
        yield f"{page} is not there"
        return
    with contextlib.ExitStack() as stack:
        terminal: Terminal | None = None
        for block in blocks(path.read_text("utf-8")):
            where = f"{page}:{block.line}"
            if block.reason:
                say(f"\n== {where} is not typed: {block.reason}")
                continue
            if terminal is None or block.new_reader:
                stack.close()
                new_reader(machine)
                yield from first_step(machine, page)
            if terminal is None or block.new_reader or block.new_terminal:
                terminal = stack.enter_context(opened(machine))
            say(f"\n== {where}")
            yield from answered(terminal, block, where)


def first_step(machine: Machine, page: str) -> Iterator[str]:
    """A reader of another page has done the first step of the page about installing, which is for the whole machine."""
    if page == INSTALL:
        return
    with opened(machine) as terminal:
        yield from answered(terminal, blocks((ROOT / INSTALL).read_text("utf-8"))[0], INSTALL)


def answered(terminal: Terminal, block: Block, where: str) -> Iterator[str]:
    """Type one block; yields what is wrong with the answer."""
    printed, failed = terminal.type(block)
    say(f"{printed}\n")
    if failed:
        say(f"!! failed: {failed}")
        yield f"{where}: {failed}"
    if not block.differing and (different := differs(block.shown, printed)):
        say(f"!! not printed: {different}")
        yield f"{where} shows, but was not printed: {different}"


def new_reader(machine: Machine) -> None:
    """A user who has a home with photos in it, the wheel, a clone, and nothing else."""
    home = machine.root / "home" / "reader"
    subprocess.run(["chroot", str(machine.root), "userdel", "--force", "reader"], check=False, timeout=60, capture_output=True)  # fmt: skip
    shutil.rmtree(home, ignore_errors=True)
    run("chroot", str(machine.root), "useradd", "--create-home", "--shell", "/bin/bash", "reader")
    (home / "Pictures" / "2025").mkdir(parents=True)
    with Image.open(SAMPLES / "astronaut.png") as image:
        person = image.convert("RGB")
    person.save(home / "Pictures" / "2025" / "portrait.jpg", quality=95)
    for place in (home / "jane.jpg", home / "Pictures" / "jane.jpg"):
        person.crop(HEADSHOT).save(place, quality=95)
    shutil.copy(machine.wheel, home)
    run("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(home / "phototag"))
    run("chroot", str(machine.root), "chown", "-R", "reader:reader", "/home/reader")


@attrs.define
class Terminal:
    """A shell of the reader's, in the home folder."""

    shell: subprocess.Popen[str]

    def type(self, block: Block) -> tuple[str, str]:
        """Type the lines of a block.

        Returns:
            What was printed, and which command failed; empty if none did.
        """
        assert self.shell.stdin
        assert self.shell.stdout
        change = f"cd ~/{shlex.quote(block.folder)}; " if block.folder else ""
        commands = block.typed
        if block.stopped:  # 124: timeout had to stop it
            commands = f"timeout --signal INT {STOPPED} {commands.strip()} || [ $? = 124 ]"
        typed = f"{change}eval {shlex.quote(commands)} </dev/null; code=$?; echo; echo {shlex.quote(END)} $code\n"
        self.shell.stdin.write(typed)
        self.shell.stdin.flush()
        lines: list[str] = []
        failed: list[str] = []
        for line in self.shell.stdout:
            if line.startswith(END):
                if (code := line.removeprefix(END).strip()) != "0" and not failed:
                    failed.append(f"exit code {code}")
                break
            if not line.startswith(FAILED):
                lines.append(line)
            elif not line.startswith(f"{FAILED}eval "):
                failed.append(line.removeprefix(FAILED).strip())
        else:
            failed.append("the shell has ended")
        return "".join(lines).strip(), "; ".join(failed)


@contextlib.contextmanager
def opened(machine: Machine) -> Iterator[Terminal]:
    """A login shell, as long as the context lasts: it reads ``~/.profile``, which Debian gives every user."""
    environment = {
        "HOME": "/home/reader", "USER": "reader", "LOGNAME": "reader", "LANG": "C.UTF-8", "COLUMNS": COLUMNS, "PATH": machine.path,
    }  # fmt: skip
    if machine.python:  # else pipx takes the Python that it was installed with, Debian's
        environment["PIPX_DEFAULT_PYTHON"] = "/opt/python/bin/python3"
    environment |= {name: os.environ[name] for name in REACH if name in os.environ}
    if "SSL_CERT_FILE" in environment:
        environment |= {
            name: f"/{CERTIFICATES}" for name in REACH if name in environment and "CERT" in name
        }
    command = [
        "chroot", "--userspec=reader:reader", str(machine.root), "/usr/bin/env", "-i",
        *(f"{name}={value}" for name, value in environment.items()), "bash", "--login",
    ]  # fmt: skip
    with started(
        command,
        seconds=SECONDS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as shell:
        assert shell.stdin
        # The login shell sets PATH from /etc/profile: a Python of one's own comes before it.
        own = "PATH=/opt/python/bin:$PATH; " if machine.python else ""
        shell.stdin.write(f"cd; {own}{TOLD}")
        yield Terminal(shell)


def say(text: str) -> None:
    """Print it now: an installation takes minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
