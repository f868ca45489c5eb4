"""What is detected in a picture, as numbers: ``Scene``, its boxes and points, its JSON, and by which models.

No pixels and no judgement: ``vision`` fills a scene, ``criteria`` judges it. The arithmetic that both need is here,
too: of boxes, of regressions, and to and from JSON.
"""
