"""Runs in the bundle before the program: what it starts that is not its own (a browser, say) must not find the
bundle's libraries instead of the system's. The process itself has read the path already."""

import os

_KEPT = "LD_LIBRARY_PATH_ORIG"  # where PyInstaller puts what was there before

if _KEPT in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop(_KEPT)
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
