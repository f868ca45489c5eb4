"""Only the page itself is answered, and only on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from phototag.cli import main
from phototag.cli.report import NO_PHOTOS
from reviewing import Client, review

ASKED = ("/", "/thumb/0", "/large/0", "/api/photos", "/api/next", "/api/place", "/nowhere")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A review of no photos: nothing has to be analysed."""
    folder = tmp_path_factory.mktemp("empty")
    with review(folder, state=folder.parent / "guard.sqlite3") as client:
        yield client


def path_of(client: Client, path: str, token: str | None) -> str:
    return path if token is None or path.startswith("/api") else f"{path}?token={token}"


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("token", [None, "", "wrong", "\u00fc"])
def test_without_the_token_nothing_is_told(client: Client, path: str, token: str | None) -> None:
    sent = None if token is None else token.encode().decode("latin-1")
    address = path if token is None else f"{path}?token={token.replace(chr(252), '%C3%BC')}"
    reply = client.ask(address, headers={"X-Phototag-Token": sent})
    assert reply.status == 403
    assert "content-security-policy" in reply.headers


def test_with_it_the_page_is(client: Client) -> None:
    reply = client.ask(f"/?token={client.token}", headers={"X-Phototag-Token": None})
    assert reply.status == 200
    nonce = (
        reply.headers["content-security-policy"]
        .partition("script-src 'nonce-")[2]
        .partition("'")[0]
    )
    assert f'nonce="{nonce}"' in reply.content.decode()
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in reply.headers


def test_each_page_has_a_nonce_of_its_own(client: Client) -> None:
    replies = [client.ask(f"/?token={client.token}") for _ in range(2)]
    first, second = (reply.headers["content-security-policy"] for reply in replies)
    assert first != second


def test_the_address_of_the_api_takes_no_token(client: Client) -> None:
    """An address is kept in histories, and sent along by links."""
    asked = client.ask(f"/api/next?token={client.token}", headers={"X-Phototag-Token": None})
    assert asked.status == 403


@pytest.mark.parametrize(
    "host",
    [None, "example.com", "example.com:PORT", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:PORT", "[::1]:PORT"],
)  # fmt: skip
def test_another_host_is_refused(client: Client, host: str | None) -> None:
    sent = None if host is None else host.replace("PORT", str(client.port))
    assert client.ask("/api/next", headers={"Host": sent}).status in {400, 403}
    assert client.ask(f"/?token={client.token}", headers={"Host": sent}).status in {400, 403}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_its_own_host_and_origin_are_not(client: Client, host: str) -> None:
    name = f"{host}:{client.port}"
    assert client.ask("/api/next", headers={"Host": name, "Origin": f"http://{name}"}).status == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://example.com", "https://127.0.0.1:PORT", "http://127.0.0.1:1"]
)
def test_another_origin_is_refused(client: Client, origin: str) -> None:
    sent = origin.replace("PORT", str(client.port))
    reply = client.ask("/api/undo", "POST", {}, headers={"Origin": sent})
    assert reply.status == 403


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)],
)
def test_another_site_is_refused(client: Client, site: str, status: int) -> None:
    assert client.ask("/api/next", headers={"Sec-Fetch-Site": site}).status == status


def test_a_web_socket_is_refused(client: Client) -> None:
    headers: dict[str, str | None] = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "X-Phototag-Token": None,
    }  # fmt: skip
    assert client.ask("/", headers=headers).status == 403


def test_it_listens_on_this_machine_alone(client: Client) -> None:
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for connection in psutil.Process(client.process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", client.port)}
    own = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family is socket.AF_INET and address.address != "127.0.0.1"
    }
    for address in own:
        with pytest.raises(OSError, match=r"refused|timed out"):
            socket.create_connection((address, client.port), timeout=5)


def test_a_port_that_is_taken_is_an_error(client: Client, tmp_path: Path) -> None:
    words = [
        "review",
        str(tmp_path),
        "--no-open",
        "--port",
        str(client.port),
        "--state",
        str(tmp_path / "s"),
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "choose another port" in done.output


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    done = CliRunner().invoke(main, ["review", str(tmp_path), "--no-open"])
    assert done.exit_code == 3
    assert "pip install 'phototag[review]'" in done.output


def test_the_ticket_opens_the_page_once() -> None:
    from starlette.applications import Starlette
    from starlette.types import Message, Scope

    from phototag.gallery.review.guard import Guard

    guard = Guard(Starlette(), 80)

    def asked(query: str) -> int:
        import asyncio

        told: list[Message] = []
        scope: Scope = {
            "type": "http", "method": "GET", "path": "/", "query_string": query.encode(),
            "headers": [(b"host", b"localhost:80")],
        }  # fmt: skip

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            told.append(message)

        asyncio.run(guard(scope, receive, send))
        return int(told[0]["status"])

    ticket = f"ticket={guard.ticket}"
    assert [asked("ticket=wrong"), asked(ticket), asked(ticket)] == [403, 303, 403]
    assert asked("ticket=None") == 403


def test_in_the_end_it_says_that_there_are_no_photos(tmp_path: Path) -> None:
    with review(tmp_path, state=tmp_path / "state.sqlite3") as empty:
        empty.loaded()
        code, said = empty.end()
    assert (code, said.splitlines()[-1]) == (0, NO_PHOTOS)
