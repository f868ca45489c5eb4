"""What phototag writes into a photo, one class per property; ``table.PROPERTIES`` lists them.

A property changes only a ``Draft``: it opens no files and makes no verdicts.
"""
