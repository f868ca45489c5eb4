"""What phototag writes into a photo, one class a property; ``table.PROPERTIES`` lists them.

A property changes a ``Draft`` and nothing else: it opens no file and decides nothing about the photo.
"""
