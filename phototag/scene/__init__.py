"""What is seen in a picture, as numbers: ``Scene``, its boxes and points, and its JSON.

No pixels and no opinions: ``vision`` fills a scene, ``criteria`` judge it.
"""
