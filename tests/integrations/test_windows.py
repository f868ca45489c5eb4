"""What a command shows that was started from a menu: in windows, notifications or terminals, as there are."""

from __future__ import annotations

import ctypes
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import desktop
import phototag
import processes
from homes import Home
from phototag.integrations import dialogs

PROGRAM = """#!/bin/sh
{{ printf 'program=%s\\n' {name}; for word; do printf '[%s]\\n' "$word"; done; }} >> {log}
{rest}
"""
WORKS = "cat >> {log}"
HAS_NO_SCREEN = "echo 'Gtk-WARNING: cannot open display: ' >&2; exit 1"


@pytest.fixture
def programs(home: Home, tmp_path: Path) -> Callable[..., Callable[[], str]]:
    """Puts stand-ins into a PATH without the real programs; each records its arguments and its input."""
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    log.touch()
    for name in ("sh", "cat", "printf", "sleep"):
        (folder / name).symlink_to(f"/bin/{name}")
    home.environment["PATH"] = str(folder)

    def put(**scripts: str) -> Callable[[], str]:
        for name, script in scripts.items():
            file = folder / name.replace("_", "-")
            text = PROGRAM.format(name=file.name, log=log, rest=script.format(log=log))
            file.write_text(text, encoding="utf-8")
            file.chmod(0o755)
        return lambda: log.read_text(encoding="utf-8")

    return put


def start(home: Home, *words: str | Path, code: int = 0, **more: str) -> tuple[str, str]:
    """Run the command as a menu does, without a terminal; what it has printed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "phototag", "desktop", *words],
        env=home.environment | more, capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout, done.stderr


def test_a_verdict_is_shown_in_a_window(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(zenity=WORKS, notify_send=WORKS)
    assert start(home, "show", headshot_jpg, DISPLAY=":none") == ("", "")
    text = shown()
    assert "program=zenity\n[--text-info]" in text
    assert f"{headshot_jpg}\n  no phototag metadata\n  Headshot, " in text
    assert "notify-send" not in text


def test_on_kde_its_own_program_shows_the_window(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(zenity=WORKS, kdialog=WORKS)
    start(home, "show", headshot_jpg, DISPLAY=":none", XDG_CURRENT_DESKTOP="KDE")
    assert "program=kdialog\n[--title]\n[phototag]\n[--textbox]\n[-]" in shown()
    assert "program=zenity" not in shown()


def test_after_tagging_a_notification_says_what_was_done(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(zenity=WORKS, notify_send="exit 0")
    start(home, "tag", headshot_jpg, DISPLAY=":none")
    told = shown().partition("program=notify-send")[2]
    assert f"[{headshot_jpg}: Headshot, " in told
    assert "program=zenity\n[--progress]" in shown()
    assert "--text-info" not in shown()
    assert phototag.read(headshot_jpg) is not None


def test_a_photo_that_failed_is_shown_in_a_window(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(zenity=WORKS, notify_send="exit 0")
    broken = headshot_jpg.with_name("broken.jpg")
    broken.write_bytes(headshot_jpg.read_bytes()[:300])
    start(home, "tag", headshot_jpg, broken, code=1, DISPLAY=":none")
    text = shown().partition("--text-info")[2]
    assert "failed: 1" in text
    assert str(broken) in text
    assert "program=notify-send" not in shown()


def test_names_are_not_taken_for_markup(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    named = headshot_jpg.rename(headshot_jpg.with_name("<b>&x.jpg"))
    shown = programs(notify_send="exit 0")
    start(home, "tag", named, DISPLAY=":none")
    assert "&lt;b&gt;&amp;x.jpg: Headshot" in shown()


def test_kdialog_does_not_take_names_for_markup(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    """Asked of the library that kdialog asks, for each line."""
    might_be_markup = _qt()
    names = ("<b>x.jpg", "a&lt;.jpg", "&lt;i>&amp;.jpg", "a < b > c.jpg", "<?xml .jpg", "<!doc.jpg")
    assert sum(map(might_be_markup, names)) > 3
    shown = programs(kdialog=WORKS)
    for name in names:
        (headshot_jpg.parent / name).write_bytes(headshot_jpg.read_bytes())
    start(home, "show", headshot_jpg.parent, DISPLAY=":none", XDG_CURRENT_DESKTOP="KDE")
    lines = shown().splitlines()
    assert not [line for line in lines if might_be_markup(line)]
    seen = "\n".join(lines).replace("\u2060", "")
    assert all(str(headshot_jpg.parent / name) in seen for name in names)


def _qt() -> Callable[[str], bool]:
    """``Qt::mightBeRichText``, by which Qt decides whether to show text as markup."""
    try:
        core, gui = ctypes.CDLL("libQt5Core.so.5"), ctypes.CDLL("libQt5Gui.so.5")
    except OSError:
        pytest.skip("not installed: Qt 5")
    made = (
        core._ZN7QString15fromUtf8_helperEPKci
    )  # QString::fromUtf8, whose result is its first argument
    made.argtypes, made.restype = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int], None
    asked = gui._ZN2Qt15mightBeRichTextERK7QString
    asked.argtypes, asked.restype = [ctypes.c_void_p], ctypes.c_bool

    def might_be_markup(text: str) -> bool:
        string, data = ctypes.c_void_p(), text.encode()
        made(ctypes.byref(string), data, len(data))
        return bool(asked(ctypes.byref(string)))

    return might_be_markup


def test_where_no_window_can_be_shown_a_notification_tells_it(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(zenity=HAS_NO_SCREEN, notify_send="exit 0")
    start(home, "show", headshot_jpg, DISPLAY=":none")
    assert "Headshot, " in shown().partition("program=notify-send")[2]


@pytest.mark.parametrize("screen", ["", ":none"])
@pytest.mark.parametrize("action", ["tag", "show"])
def test_where_nothing_can_be_shown_it_is_printed(
    home: Home, headshot_jpg: Path, programs: Callable[..., object], screen: str, action: str
) -> None:
    programs()
    out, told = start(home, action, headshot_jpg, DISPLAY=screen)
    assert out == ""
    assert "Headshot, " in told


def test_without_windows_a_terminal_is_opened(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(xterm="exit 0")
    start(home, "tag", headshot_jpg.as_uri(), DISPLAY=":none")
    words = [
        sys.executable,
        "-P",
        "-m",
        "phototag",
        "desktop",
        "tag",
        "--pause",
        "--",
        headshot_jpg.as_uri(),
    ]
    assert shown() == "program=xterm\n[-e]\n" + "".join(f"[{word}]\n" for word in words)


@pytest.mark.parametrize("action", ["tag", "show"])
def test_in_a_terminal_the_result_stays_until_enter_is_pressed(
    home: Home, headshot_jpg: Path, action: str
) -> None:
    own, terminal = pty.openpty()
    command: list[str | Path] = [
        sys.executable,
        "-P",
        "-m",
        "phototag",
        "desktop",
        action,
        "--pause",
        headshot_jpg,
    ]
    with processes.started(
        command, env=home.environment, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        text = b""
        while b"Press Enter" not in text:
            text += os.read(own, 1000)
        assert process.poll() is None
        os.write(own, b"\n")
        assert process.wait(timeout=60) == 0
    os.close(own)
    assert b"eadshot" in text
    assert (phototag.read(headshot_jpg) is not None) == (action == "tag")


@pytest.mark.parametrize(
    "zenity", ["exit 1", f"sleep 0.6; {HAS_NO_SCREEN}", "sleep 0.6; kill -9 $$"]
)
def test_a_window_that_was_not_closed_by_the_user_stops_nothing(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]], zenity: str
) -> None:
    shown = programs(zenity=zenity, notify_send="exit 0")
    for number in range(2):
        (headshot_jpg.parent / f"{number}.jpg").write_bytes(
            headshot_jpg.read_bytes() + bytes([number])
        )
    start(home, "tag", headshot_jpg.parent, DISPLAY=":none")
    assert "program=zenity\n[--progress]" in shown()
    assert all(phototag.read(one) is not None for one in headshot_jpg.parent.glob("*.jpg"))


def test_a_window_that_says_much_on_standard_error_does_not_stop(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    """It says more than a pipe holds before it reads a number."""
    shown = programs(zenity="printf '%0300000d' 0 >&2; cat >> {log}", notify_send="exit 0")
    other = headshot_jpg.with_name("other.jpg")
    other.write_bytes(headshot_jpg.read_bytes() + b"1")
    start(home, "tag", headshot_jpg, other, DISPLAY=":none")
    assert "# 1 of 2 photos" in shown()


def test_closing_the_window_of_a_long_run_stops_it(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]]
) -> None:
    shown = programs(zenity="sleep 0.6; read -r line; exit 1")  # closed after the first number
    for number in range(40):
        (headshot_jpg.parent / f"{number}.jpg").write_bytes(
            headshot_jpg.read_bytes() + bytes([number])
        )
    start(home, "tag", headshot_jpg.parent, code=130, DISPLAY=":none")
    assert "program=zenity\n[--progress]" in shown()
    done = [one for one in headshot_jpg.parent.glob("*.jpg") if phototag.read(one) is not None]
    assert 0 < len(done) < 41


def test_a_review_ends_with_its_window(
    home: Home, headshot_jpg: Path, programs: Callable[..., Callable[[], str]], tmp_path: Path
) -> None:
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    go_on = tmp_path / "go on"
    shown = programs(zenity=f"while [ ! -e '{go_on}' ]; do sleep 0.1; done", browser="exit 0")
    command: list[str | Path] = [
        sys.executable,
        "-P",
        "-m",
        "phototag",
        "desktop",
        "review",
        headshot_jpg,
    ]
    environment = home.environment | {"DISPLAY": ":none", "BROWSER": "browser"}
    with processes.started(command, env=environment, stderr=subprocess.PIPE) as process:
        processes.wait_until(lambda: "program=browser" in shown())
        assert "program=zenity\n[--info]" in shown()
        assert "[--ok-label=End the review]" in shown()
        assert process.poll() is None
        go_on.touch()
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, "")


@pytest.mark.parametrize("zenity", [None, "exit 1", HAS_NO_SCREEN])
def test_a_review_without_a_window_says_what_is_lacking(
    home: Home, headshot_jpg: Path, programs: Callable[..., object], zenity: str | None
) -> None:
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    programs(**({} if zenity is None else {"zenity": zenity, "browser": "exit 0"}))
    screen = {} if zenity is None else {"DISPLAY": ":none", "BROWSER": "browser"}
    _, told = start(home, "review", headshot_jpg, code=3, **screen)
    assert "install zenity or kdialog" in told


def test_nothing_chosen_is_told(home: Home, programs: Callable[..., object]) -> None:
    programs()
    _, told = start(home, "tag", code=2)
    assert "Choose photos or folders first" in told


@pytest.mark.slow
def test_the_real_program_shows_a_verdict(home: Home, headshot_jpg: Path, tmp_path: Path) -> None:
    """Zenity on a screen: its window is there, closes with Escape, and so does the command."""
    desktop.installed("zenity", "xdotool", "Xvfb", "dbus-daemon")
    with desktop.session(tmp_path / "session") as session:
        command: list[str | Path] = [
            sys.executable,
            "-P",
            "-m",
            "phototag",
            "desktop",
            "show",
            headshot_jpg,
        ]
        with processes.started(command, env=home.environment | session.environment) as process:
            window = ["xdotool", "search", "--onlyvisible", "--name", "^phototag$"]

            def found() -> str:
                return subprocess.run(
                    window, env=session.environment, capture_output=True, text=True, timeout=30,
                    check=False,
                ).stdout.strip()  # fmt: skip

            processes.wait_until(found)
            assert process.poll() is None
            session.run(
                "xdotool", "windowfocus", "--sync", found().splitlines()[0], "key", "Escape"
            )
            assert process.wait(timeout=60) == 0


def test_windows_need_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert not dialogs.has_screen({})
    assert dialogs.has_screen({"WAYLAND_DISPLAY": "wayland-0"})
