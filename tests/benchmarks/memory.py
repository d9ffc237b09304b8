"""How much memory an export takes, of few articles and of many.

`python tests/benchmarks/memory.py [ARTICLES [FORMAT [split]]]`. The promise is that at a hundred thousand articles
(five minutes) the peak is within 50 MB of that at a thousand, in every format, split or whole.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import corpus_speed

from annotator.formats import conll2003

ARTICLES: Final = 5_000
_SMALL: Final = 1_000
_EXPORT: Final = """
import resource, sys
from pathlib import Path
from annotator.jobs.exporting import ALL, Options, export
from annotator.store.corpus import Corpus
split = {"train": 80, "dev": 10, "test": 10} if sys.argv[4:] else None
options = Options(sys.argv[3], state=ALL, annotator="bench", split=split)
with Corpus.open(Path(sys.argv[1]), readonly=True) as corpus:
    for _step in export(corpus, Path(sys.argv[2]), options):
        pass
if sys.platform == "linux":  # where what getrusage tells begins with the parent's peak
    [peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(peak)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peaks(folder: Path, sizes: Sequence[int], *options: str) -> Iterator[int]:
    """The peak of an export of a corpus of each of these sizes, in a process of its own, in KiB; `options` are the
    format and, where it is split, another word."""
    for size in sizes:
        path = folder / f"{size}.corpus"
        corpus_speed.make(path, size)
        command = [sys.executable, "-c", _EXPORT, str(path), str(folder / f"{size}.out"), *options]
        yield int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def table(folder: Path, large: int = ARTICLES, *options: str, small: int = _SMALL) -> Iterator[str]:
    """Both peaks in lines to be printed."""
    if sys.platform == "win32":
        yield "the memory that an export takes: not measured, Windows does not tell it"
        return
    options = options or (conll2003.NAME,)
    one, other = peaks(folder, (small, large), *options)
    what = f"an export ({', '.join(options)}) of {small:,} articles"
    yield f"peak of {what}: {one / 1024:.0f} MB; of {large:,}: {other / 1024:.0f} MB"


def main(articles: str = str(ARTICLES), *options: str) -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        print(*table(Path(folder), int(articles), *options), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
