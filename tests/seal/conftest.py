"""The sealed processes of these tests are a user's: without coverage, for which the rule makes an exception."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def without_coverage() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
            patched.delenv(name, raising=False)
        yield
