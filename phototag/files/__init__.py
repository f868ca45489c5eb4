"""Files on disks: which formats there are, reading whole files, replacing them in one step, names beside them.

And what callers give: paths and other arguments.

Knows no metadata and no picture: bytes come in and go out.  Nothing else in phototag replaces or deletes a photo.
"""
