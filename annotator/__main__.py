"""Run the `annotator` command for `python -m annotator`.

`-m` puts the working directory, and whatever lies beside a stranger's corpus, first on Python's module path. That entry
is removed before further imports, unless it holds the program.
"""

import os
import sys
from contextlib import suppress

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib is loaded later
if not sys.flags.safe_path:
    with suppress(OSError):  # the working directory was deleted
        if sys.path[0] == os.getcwd() != _ROOT:  # noqa: PTH109
            del sys.path[0]

if getattr(sys, "frozen", False):
    from multiprocessing import freeze_support

    freeze_support()  # this may be a process of jobs.processes

from annotator.cli import main  # noqa: E402

main()
