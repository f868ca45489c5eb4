"""Metadata as bytes: containers, XMP, IPTC, what is merged into them, and the check of what comes out.

Bytes in, bytes out: nothing here opens a file or decides what a photo is.
"""
