"""Crop suggestions: named profiles and the fitting of a crop to a scene."""

from __future__ import annotations

from phototag.crops.fitting import suggest
from phototag.crops.profiles import PROFILES, Profile
from phototag.crops.suggestion import Crop

__all__ = ["PROFILES", "Crop", "Profile", "suggest"]
