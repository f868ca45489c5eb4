"""What is detected in a picture, as numbers: ``Scene``, its boxes and points, and its JSON.

No pixels and no judgement: ``vision`` fills a scene, ``criteria`` judges it.
"""
