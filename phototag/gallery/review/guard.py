"""Lets only the page itself speak to the server: whoever does not know the token learns nothing, not even what exists."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "x-phototag-token"
API: Final = "/api/"
NONCE: Final = "nonce"  # in the scope of a request
_FORBIDDEN: Final = (
    "This address is that of a review of phototag. Open it as phototag has printed it.\n"
)
# Browsers say who caused a request: this page, the person (none), or another page.
_TRUSTED: Final = {"same-origin", "none"}


class Guard:
    """Refuses every request but the page's own, and forbids the page to load anything from elsewhere.

    A page of the web can make a browser send requests to this machine, also under a name of its own that it lets point
    here: so the name asked for, the page that asks and the token must all be right.

    Args:
        app: answers the requests that are let through.
        port: where the server listens.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self.token: str = secrets.token_urlsafe(32)
        self._ticket: str | None = secrets.token_urlsafe(32)

    @property
    def ticket(self) -> str | None:
        """What opens the page once: other users may see it among the arguments of the browser's process."""
        return self._ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":  # a WebSocket, which the page does not use
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        nonce = secrets.token_urlsafe(16)
        scope[NONCE] = nonce
        sending = _with_headers(send, _policy(nonce))
        await self._chosen(scope)(scope, receive, sending)

    def _chosen(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        if self._is_of_the_page(headers):
            query = parse_qs(scope["query_string"].decode("latin-1"))
            if scope["path"] == "/" and self._takes(query.get("ticket", [])):
                return RedirectResponse(f"/?token={self.token}", 303)
            given = headers.getlist(HEADER)
            if not scope["path"].startswith(API):
                given = query.get("token", [])
            if len(given) == 1 and _same(given[0], self.token):
                return self._app
        return PlainTextResponse(_FORBIDDEN, 403)

    def _is_of_the_page(self, headers: Headers) -> bool:
        hosts = headers.getlist("host")
        return (
            len(hosts) == 1
            and hosts[0] in self._hosts
            and all(origin in self._origins for origin in headers.getlist("origin"))
            and all(site in _TRUSTED for site in headers.getlist("sec-fetch-site"))
        )

    def _takes(self, given: list[str]) -> bool:
        """Whether this is the ticket, which is then used up."""
        right = len(given) == 1 and self._ticket is not None and _same(given[0], self._ticket)
        if right:
            self._ticket = None
        return right


def _same(given: str, expected: str) -> bool:
    """Compare in a time that does not tell how much is right."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _policy(nonce: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
            "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }


def _with_headers(send: Send, policy: dict[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(policy)
        await send(message)

    return sending
