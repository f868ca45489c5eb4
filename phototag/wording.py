"""How numbers and values are said."""

from __future__ import annotations

MOST_SURE = 0.99


def percent(share: float) -> str:
    """``0.523`` as ``52 %``."""
    return f"{100 * share:.0f} %"


def sure(confidence: float) -> str:
    """``0.973`` as ``97 % sure``; nobody is 100 % sure."""
    if confidence > MOST_SURE:
        return f"over {percent(MOST_SURE)} sure"
    return f"{percent(confidence)} sure"


def plain(value: object) -> str:
    """A finding's value in words; empty for none."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(plain, value))
    return "" if value is None else str(value).replace("_", " ")
