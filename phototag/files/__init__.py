"""Files on disk: the formats, reading whole files, replacing them in one step, names of sidecars.

Also checks what callers pass: paths and other arguments. It handles only bytes, and does not interpret
metadata or pictures. No other part of phototag replaces or deletes a photo.
"""
