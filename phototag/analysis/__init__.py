"""The complete typed result for a photo: ``Analysis``, its reasons, its JSON and schema, its drawings.

It depends only on the scene and on a person's correction: no pixels, no files.
"""
