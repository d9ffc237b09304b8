"""Restore the path of libraries, in the bundle before the program starts.

Other programs that it starts (a browser, say) must not load the bundle's libraries instead of the system's. The process
itself has read the path already.
"""

import os

_ORIGINAL = "LD_LIBRARY_PATH_ORIG"  # where PyInstaller saves the value from before

if _ORIGINAL in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop(_ORIGINAL)
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
