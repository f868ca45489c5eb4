"""Completion with Tab: what bash, zsh and fish offer, and that it comes quickly."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands import search_path
from phototag.cli import main
from phototag.criteria.verdict import Kind
from phototag.crops import built_in
from phototag.integrations.table import APPLICATIONS

PROFILES = [profile.name for profile in built_in()]
#: What is typed, and what is offered; the last word is being typed.
CASES = {
    "phototag ": ["tag", "watch", "crop", "completion"],
    "phototag wat": ["watch"],
    "phototag tag --dry": ["--dry-run"],
    "phototag list --kind ": [str(kind) for kind in Kind],
    "phototag decide --environment ": ["studio", "indoor", "outdoor"],
    "phototag list --shot head": ["head_and_shoulders"],
    "phototag crop --profile ": PROFILES,
    "phototag tag --lightroom-crop pass": ["passport_us"],
    "phototag tag --calibration sh": ["shipped"],
    "phototag tag --min-confidence crop": ["cropping=0.8"],
    "phototag integrate dark": [one.name for one in APPLICATIONS if one.name.startswith("dark")],
    "phototag completion ": ["bash", "zsh", "fish"],
}
#: Whoever presses Tab waits for what is imported.
NOT_FOR_COMPLETION = (
    "numpy", "cv2", "mediapipe", "onnxruntime", "pyexiv2", "PIL", "rich", "starlette", "phototag.vision",
    "phototag.worker.sealed", "phototag.catalogue.run", "phototag.catalogue.undoing",
)  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PATH": search_path(), "HOME": str(home), "XDG_CONFIG_HOME": str(home)}


def script(shell: str, folder: Path) -> Path:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    file = folder / f"completion.{shell}"
    file.write_text(done.stdout, encoding="utf-8")
    return file


def shell(*command: str, home: Path) -> str:
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [program, *command[1:]], env=environment(home), cwd=home, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def offered(text: str) -> dict[str, set[str]]:
    """What each case was answered: ``word`` or, with fish, ``word<tab>help`` in each line."""
    parts = text.split("== ")[1:]
    return {
        typed: {line.split("\t")[0] for line in answers.splitlines()}
        for typed, _, answers in (part.partition("\n") for part in parts)
    }


def test_bash_is_offered_the_real_values(tmp_path: Path) -> None:
    """The function that bash calls, in a real bash; ``complete`` says that it is called for phototag."""
    text = f"source {script('bash', tmp_path)}\ncomplete -p phototag >&2 || exit 1\n"
    for typed in CASES:
        words = [*shlex.split(typed), *([""] if typed.endswith(" ") else [])]
        text += (
            f"echo '== {typed}'; COMP_WORDS=({' '.join(map(shlex.quote, words))}); "
            f"COMP_CWORD={len(words) - 1}; COMPREPLY=(); _phototag_completion phototag; "
            'printf "%s\\n" "${COMPREPLY[@]}"\n'
        )
    answers = offered(shell("bash", "--norc", "-c", text, home=tmp_path))
    for typed, expected in CASES.items():
        assert set(expected) <= answers[typed], typed
    assert "desktop" not in answers["phototag "]
    assert answers["phototag wat"] == {"watch"}


def test_zsh_is_offered_the_real_values(tmp_path: Path) -> None:
    """The script in a real zsh; what it hands to the completion system is printed instead."""
    text = "compdef() { :; }\n_describe() { print -l -- ${(P)3}; }\ncompadd() { print -l -- ${(P)@[-1]}; }\n"
    text += f"source {script('zsh', tmp_path)}\n"
    for typed in CASES:
        words = [*shlex.split(typed), *([""] if typed.endswith(" ") else [])]
        text += (
            f"print -- '== {typed}'; words=({' '.join(map(shlex.quote, words))}); "
            f"CURRENT={len(words)}; _phototag_completion\n"
        )
    printed = shell("zsh", "-f", "-c", text, home=tmp_path)
    answers = {
        typed: {line.split(":")[0] for line in found} for typed, found in offered(printed).items()
    }
    for typed, expected in CASES.items():
        assert set(expected) <= answers[typed], typed


def test_fish_is_offered_the_real_values(tmp_path: Path) -> None:
    text = f"source {script('fish', tmp_path)}\n"
    for typed in CASES:
        text += f"echo '== {typed}'; complete --do-complete '{typed}'\n"
    answers = offered(shell("fish", "--no-config", "-c", text, home=tmp_path))
    for typed, expected in CASES.items():
        assert set(expected) <= answers[typed], typed


def completed(typed: str) -> tuple[list[str], list[str]]:
    """What a shell is told, and which modules that nobody needs for it were imported."""
    words = [*shlex.split(typed), *([""] if typed.endswith(" ") else [])]
    code = f"""
import sys
from phototag.cli import main
try:
    main(prog_name="phototag")
except SystemExit:
    pass
print([name for name in sys.modules if name.startswith({NOT_FOR_COMPLETION})], file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True,
        env={
            **os.environ, "_PHOTOTAG_COMPLETE": "bash_complete", "COMP_WORDS": typed,
            "COMP_CWORD": str(len(words) - 1),
        },
    )  # fmt: skip
    imported = done.stderr.strip().removeprefix("[").removesuffix("]")
    return done.stdout.splitlines(), imported.split(", ") if imported else []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("phototag t", "plain,tag"),
        ("phototag tag --key", "plain,--keywords"),
        ("phototag tag a", "file,a"),
        ("phototag watch a", "dir,a"),
        ("phototag tag --vocabulary ./w", "file,./w"),
        ("phototag integrate --folder a", "dir,a"),
        ("phototag undo --moved-to a", "file,a"),
    ],
)
def test_a_tab_imports_nothing_that_looks_at_pictures(typed: str, told: str) -> None:
    assert completed(typed) == ([told], [])


def test_the_profiles_of_a_file_are_offered(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text(
        '[id_card]\ntitle = "Identity card"\nratio = [35, 45]\npixels = [100, 128]\n'
        'wanted = [413, 531]\nhead = [0.50, 0.70, 0.80]\neyes = [0.25, 0.40, 0.50]\nserves = "single"\nrole = "portraitCropping"\nsource = "a test"\n',
        encoding="utf-8",
    )
    told, _ = completed(f"phototag crop --profiles {file} --profile ")
    assert told == ["plain,id_card"]
