"""Metadata as bytes: containers, XMP, IPTC, merging phototag's values into them, and verifying the result.

Bytes in, bytes out: nothing here opens a file or makes a verdict.
"""
