"""What ``phototag doctor`` says of installations that are not well."""

from __future__ import annotations

from importlib import metadata

import pytest

from phototag.cli import examination


def said(monkeypatch: pytest.MonkeyPatch, installed: dict[str, str]) -> list[examination.Line]:
    """What it says with these versions of OpenCV installed."""
    real = metadata.version

    def version(name: str) -> str:
        if not name.startswith("opencv"):
            return real(name)
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "version", version)
    return [line for line in examination.examine() if "opencv" in line.text]


def test_two_opencv_that_differ_are_told_with_the_version_that_both_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (line,) = said(monkeypatch, {"opencv-python": "5.9.0.93", "opencv-contrib-python": "5.10.0.95"})
    assert not line.fine
    assert "opencv-python==5.9.0.93 opencv-contrib-python==5.9.0.93" in line.text


def test_a_headless_opencv_of_another_package_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    same = {"opencv-python": "5.0.0.93", "opencv-contrib-python": "5.0.0.93"}
    (line,) = said(monkeypatch, same)
    assert line.fine
    (line,) = said(monkeypatch, {**same, "opencv-python-headless": "4.12.0.88"})
    assert not line.fine
    assert "opencv-python-headless==5.0.0.93" in line.text


def test_a_missing_opencv_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = said(monkeypatch, {"opencv-python": "5.0.0.93"})
    assert not line.fine
    assert "opencv-contrib-python missing" in line.text
    assert "opencv-contrib-python==5.0.0.93" in line.text
