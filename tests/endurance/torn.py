"""Make a corpus as a loss of power may leave it: with a log that ends anywhere after what is in the corpus already."""

import shutil
from pathlib import Path
from random import Random
from sys import byteorder
from typing import Final

from annotator_at_work import CORPUS
from soundness import Rows, find_faults

_HEADER: Final = 32  # bytes of a log, and of each page in it 24: https://www.sqlite.org/fileformat2.html#walformat
_PAGE_HEADER: Final = 24
_ATTEMPTED: Final = slice(128, 132)  # pages that are on their way: https://www.sqlite.org/walformat.html#walidxfmt


def tear(folder: Path, random: Random) -> Path | None:
    """Copy the corpus, which nobody writes to, with its log cut or spoilt from a random byte on; return the copy.

    Returns None where there is no log to cut.
    """
    log, shared = folder / f"{CORPUS}-wal", folder / f"{CORPUS}-shm"
    if not log.exists() or not shared.exists() or log.stat().st_size <= _HEADER:
        return None
    written = log.read_bytes()
    page = int.from_bytes(written[8:12], "big")
    # What is on its way into the corpus was on the disk before.
    safe = _HEADER + int.from_bytes(shared.read_bytes()[_ATTEMPTED], byteorder) * (_PAGE_HEADER + page)
    if safe >= len(written):
        return None
    cut = random.randrange(safe, len(written))
    spoilt = random.randbytes(len(written) - cut) if random.random() < 0.3 else b""
    copy = folder / ".torn" / CORPUS
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    shutil.copyfile(folder / CORPUS, copy)
    copy.with_name(log.name).write_bytes(written[:cut] + spoilt)
    return copy


def check_torn(copy: Path, whole: Path) -> list[str]:
    """Return what is wrong with a torn copy of a corpus, whose steps must be the first ones of the `whole`."""
    rows, all_rows = Rows(copy), Rows(whole, deeply=False)
    steps, wanted = ([(edit.id, edit.step) for edit in some.edits] for some in (rows, all_rows))
    wrong = [f"in the torn copy {copy}: {fault}" for fault in find_faults(rows)]
    both = min(len(steps), len(wanted))  # the log may end with a step that another window has not seen and will not see
    if steps[:both] != wanted[:both]:
        wrong.append(f"the torn copy {copy} does not hold the first steps of the whole")
    elif both and both < len(wanted) and wanted[both][1] == wanted[both - 1][1]:
        wrong.append(f"the torn copy {copy} ends with half a step")
    return wrong
