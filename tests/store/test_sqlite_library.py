"""Tests of the modules that the corpus imports."""

import subprocess
import sys
from pathlib import Path

_LOADS = """
import sys
sys.path.insert(0, sys.argv[1])
import annotator.store.corpus
print(*sorted(name for name in sys.modules if name in ("numpy", "pandas", "dateutil")))
import numpy, pandas
print(numpy.is_fake, pandas.is_fake)
import dateutil.parser
print(dateutil.parser.parse("2024-07-09").year)
"""


def test_what_no_corpus_needs_is_not_imported_but_can_be_later(tmp_path: Path) -> None:
    for name in ("numpy", "pandas"):  # stand-ins, whether the packages are installed or not
        (tmp_path / f"{name}.py").write_text("is_fake = True\n", encoding="utf-8")
    run = subprocess.run([sys.executable, "-c", _LOADS, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["", "True True", "2024"]
