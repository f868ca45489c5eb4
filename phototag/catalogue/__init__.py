"""Whole trees of photos: which files are photos, which are new, tagging them, undoing it."""
