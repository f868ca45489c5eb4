"""The build backend: hatchling's, unchanged.

It exists so that ``build-backend`` can be a module of this source tree. That is what lets
``backend-path`` name the tree (PEP 517), and through it ``hatch_build.py`` imports ``model_build``
and ``phototag.vision.model_files`` like any other module, in every frontend, without touching ``sys.path``.
"""

# Everything, because what hatchling offers depends on the frontend: under pip it leaves the
# metadata hooks out, and with them in an installer need not build a wheel to see the dependencies.
from hatchling.build import *  # noqa: F403
from hatchling.build import __all__ as __all__  # noqa: PLC0414
