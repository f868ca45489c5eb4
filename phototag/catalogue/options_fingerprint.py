"""A fingerprint of everything that determines what a run writes."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import attrs

from phototag import plugins
from phototag.criteria.calibration import Calibration
from phototag.criteria.calibration import default as rules
from phototag.metadata.record import FORM
from phototag.options import CatalogueOptions, settings
from phototag.version import __version__


def settings_of(options: CatalogueOptions) -> str:
    """A fingerprint of everything that determines the metadata that a run writes."""
    whole = attrs.evolve(options, calibration=options.calibration or rules())
    return options_fingerprint(whole, __version__, FORM, plugins.identity())


def options_fingerprint(options: Any, *more: object) -> str:
    """A fingerprint that is the same for the same choices, in any order.

    Args:
        options: options; only fields that determine what is written count.
        more: anything else that determines it: versions, identities.
    """
    decisive = {
        name: getattr(options, name)
        for name, setting in settings(type(options)).items()
        if setting.decides
    }
    text = json.dumps(_canonical([decisive, *more]))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _canonical(value: object) -> Any:
    """JSON in which every mapping is a sorted list of pairs, since its keys need not be text."""
    kind: Any = type(value)
    if attrs.has(kind):
        names = attrs.fields_dict(kind)
        return [type(value).__name__, _canonical({name: getattr(value, name) for name in names})]
    if isinstance(value, Mapping):
        pairs = [[_canonical(key), _canonical(item)] for key, item in value.items()]
        return sorted(pairs, key=json.dumps)
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_canonical(item) for item in value), key=json.dumps)
    if isinstance(value, Calibration | enum.Enum):
        return value.identity if isinstance(value, Calibration) else value.value
    assert value is None or isinstance(value, (str, int, float)), type(value)
    return value
