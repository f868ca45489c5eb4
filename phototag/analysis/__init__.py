"""The complete typed result for a photo: ``Analysis``, its reasons, its JSON and schema, its drawings.

``decisions`` holds what people say in place of the criteria and what that teaches, ``keywords`` the words for it all. An
analysis depends only on the scene and on a person's decision: no pixels, no photo files.
"""
