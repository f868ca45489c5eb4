"""The command that serves other programs."""

from __future__ import annotations

import contextlib
import os
import sys

import attrs
import click

from phototag.cli.click_options import takes_options
from phototag.cli.exit_codes import ExitCode
from phototag.cli.helping import command
from phototag.cli.report import stoppable
from phototag.errors import BadValue, OutputNotWritable
from phototag.options import (
    CalibrationOptions,
    Group,
    ProfileOptions,
    StateOptions,
    WorkOptions,
    setting,
)


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class _Serve(StateOptions, ProfileOptions, CalibrationOptions, WorkOptions):
    """The options of ``phototag serve``."""

    stdio: bool = attrs.field(
        default=False,
        metadata=setting(
            "Read requests from standard input, and answer on standard output.", group=Group.ACTION
        ),
    )
    ends_with: int | None = attrs.field(
        default=None,
        metadata=setting(
            "End when the process with this number ends.",
            group=Group.ACTION,
            metavar="PID",
            least=1,
            most=2**31 - 1,
        ),
    )


@command(("Let a program of yours start it and talk to it", "phototag serve --stdio"))
@takes_options(_Serve)
def serve(options: _Serve) -> None:
    """Answer the requests of another program.

    Requests and answers are JSON-RPC 2.0, one object per line. The methods are analyze, tag, show, remove,
    decide, words, cancel and shutdown; a request with a wrong parameter is answered with the names of all that there are. What
    analyses photos stays loaded from one request to the next. The command ends with its standard input.
    """
    from phototag.integrations.service.methods import Engine  # noqa: PLC0415 - only this command needs it
    from phototag.integrations.service.service import Ending, Service  # noqa: PLC0415
    from phototag.worker.pool import Pool  # noqa: PLC0415
    from phototag.worker.single import Rules  # noqa: PLC0415

    if not options.stdio:
        raise click.UsageError("Say how to talk to it: phototag serve --stdio.")
    if options.ends_with is not None and os.name == "nt":
        raise BadValue("ends_with", "this system cannot tell", "close standard input to end it")
    incoming, outgoing = _own_streams()
    state = None if options.state is None else os.fspath(options.state)
    with stoppable() as stopped, Pool(options.workers, options.limits) as pool:
        rules = Rules(calibration=options.calibration, profiles=options.profiles)
        engine = Engine(pool=pool, rules=rules, state=state)
        ending = Service(engine, incoming, outgoing, caller=options.ends_with).run(stopped)
    if ending is Ending.STOPPED:
        sys.exit(ExitCode.INTERRUPTED)


def _own_streams() -> tuple[int, int]:
    """Descriptors of standard input and output that nothing else uses.

    What an added package prints goes to standard error, and no process that is started holds the pipes open.
    """
    if sys.stdout is None:
        raise OutputNotWritable("standard output", "it is closed", "leave it open for the answers")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout):
        with contextlib.suppress(
            OSError, AttributeError
        ):  # none, or a system that has no such pipes
            os.set_blocking(stream.fileno(), True)
    incoming = null if sys.stdin is None else os.dup(sys.stdin.fileno())
    outgoing = os.dup(sys.stdout.fileno())
    os.dup2(null, 0)
    os.dup2(null if sys.stderr is None else sys.stderr.fileno(), 1)
    return incoming, outgoing
