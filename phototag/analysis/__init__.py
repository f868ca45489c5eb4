"""The whole typed result of a photo: ``Analysis``, its reasons, its JSON and schema, what is drawn of it.

A function of a scene and of what a person has said of it: no pixel, no photo.
"""
