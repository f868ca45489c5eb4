"""The server of a review: on this machine alone, for one person, until it is stopped."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import uuid
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors, installing
from phototag.catalogue.current_run import CurrentRun, folders_of
from phototag.catalogue.kept import given
from phototag.catalogue.state import State
from phototag.files.opening import names_of
from phototag.gallery.review.session import Session
from phototag.worker.order import check_crop
from phototag.worker.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phototag.gallery.review.guard import Guard
    from phototag.options import ReviewOptions

HOST: Final = "127.0.0.1"
GRACE: Final = 3  # s for answers in progress when the server ends
AT_ONCE: Final = 200  # connections


@attrs.frozen(kw_only=True, eq=False)
class Review:
    """A review that is being served.

    Attributes:
        address: of its page, with the token.
        address_once: the same, which works once: for the browser, whose arguments other users may see.
        session: the review itself.
    """

    address: str
    address_once: str
    session: Session


@contextlib.contextmanager
def serving(paths: Sequence[str], options: ReviewOptions) -> Iterator[Review]:
    """Serve a review of photos; in the end, the writes in progress are finished.

    Args:
        paths: folders and photos.
        options: the options.

    Raises:
        PackageMissing: Starlette or uvicorn is not installed.
        BadValue: the port cannot be used.
        StateUnusable: the state file cannot be used.
    """
    require()
    tagging, kept = given(options)
    check_crop(tagging, tagging.profiles)
    names = names_of(list(paths))
    with (
        contextlib.closing(_listening(options.port)) as listening,
        Pool(options.workers, options.limits) as pool,
        State(options.state) as state,
    ):
        # Settings of its own: no other command resumes the run of a review.
        run = CurrentRun(
            folders_of(names), tagging, f"review/{uuid.uuid4()}", state, pool, kept=kept
        )
        session = Session(names, tagging, state, pool, run)
        with _served(session, _title(names), listening) as guard, _at_work(session):
            base = f"http://{HOST}:{listening.getsockname()[1]}/"
            yield Review(
                address=f"{base}?token={guard.token}",
                address_once=f"{base}?ticket={guard.ticket}",
                session=session,
            )


def require() -> None:
    """Refuse to go on without the packages of the extra; raises ``PackageMissing``."""
    try:
        import starlette  # noqa: F401, PLC0415
        import uvicorn  # noqa: F401, PLC0415
    except ImportError as error:
        raise errors.PackageMissing(
            error.name or "starlette",
            "it serves the page of a review, and is not installed",
            installing.adding("review"),
        ) from error


@contextlib.contextmanager
def _at_work(session: Session) -> Iterator[None]:
    session.start()
    try:
        yield
    finally:
        session.stop()


@contextlib.contextmanager
def _served(session: Session, title: str, listening: socket.socket) -> Iterator[Guard]:
    """Answer requests in a thread; the signals stay the caller's."""
    import uvicorn  # noqa: PLC0415 - the extra

    from phototag.gallery.review import app  # noqa: PLC0415 - the extra
    from phototag.gallery.review.guard import Guard  # noqa: PLC0415 - the extra

    guard = Guard(app.make(session, title), listening.getsockname()[1])
    config = uvicorn.Config(
        guard,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses hold the token
        proxy_headers=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="phototag-server"
    )
    thread.start()
    try:
        yield guard
    finally:
        server.should_exit = True
        thread.join()


def _listening(port: int) -> socket.socket:
    """A socket that only this machine reaches."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there, it would let other programs share the port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen()
    except OSError as error:
        made.close()
        problem = f"{port} cannot be used ({error.strerror or error})"
        raise errors.BadValue(
            "port", problem, "choose another port, or 0 for any free one"
        ) from error
    return made


def _title(paths: Sequence[str]) -> str:
    """The title of the page: what is reviewed."""
    names = [os.path.basename(os.path.abspath(path)) or path for path in paths]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return errors.printable_name(names[0]) + more
