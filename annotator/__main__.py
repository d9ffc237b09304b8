"""Make `python -m annotator` run the `annotator` command.

For `-m`, Python puts the working directory in front of its module path, and with it whatever lies beside a stranger's
corpus. Unless the program itself lies there, that entry is removed before anything else is imported.
"""

import os
import sys
from contextlib import suppress

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib is loaded later
if not sys.flags.safe_path:
    with suppress(OSError):  # the working directory was deleted
        if sys.path[0] == os.getcwd() != _ROOT:  # noqa: PTH109
            del sys.path[0]

from annotator.cli import main  # noqa: E402

main()
