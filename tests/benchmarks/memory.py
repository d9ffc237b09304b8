"""Measure how much memory and time an export takes, of few articles and of many.

`python tests/benchmarks/memory.py ARTICLES [FORMAT [split]]` prints it for any number, format and division. The promise
is that at a hundred thousand articles (five minutes to make them) the peak is within 50 MB of that at a thousand, in
every format, split or whole.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import corpus_speed

from annotator.formats.conll import conll2003

_EXPORT: Final = """
import resource, sys, time
from pathlib import Path
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.store.corpus import Corpus
split = {"train": 80, "dev": 10, "test": 10} if sys.argv[4:] else None
options = ExportOptions(sys.argv[3], state=ALL, annotator="bench", split=split)
begun = time.perf_counter()
with Corpus.open(Path(sys.argv[1]), readonly=True) as corpus:
    steps = export(corpus, Path(sys.argv[2]), options)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report = end.value
            break
seconds = time.perf_counter() - begun
if sys.platform == "linux":  # where what getrusage tells begins with the parent's peak
    [peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(peak, seconds, report.tokens)
"""


class Export(NamedTuple):
    """What an export took: its peak in MB, its seconds, and how many tokens it wrote."""

    peak: float
    seconds: float
    tokens: int


def measure_export(corpus: Path, out: Path, *options: str) -> Export:
    """Export the corpus in a process of its own, and return what that took.

    `options` are the format and, where it is split, another word. Not on Windows, which does not report the peak.
    """
    command = [sys.executable, "-c", _EXPORT, str(corpus), str(out), *(options or (conll2003.FORMAT.name,))]
    peak, seconds, tokens = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return Export(int(peak) / 1024, float(seconds), int(tokens))


def main(articles: str, *options: str) -> int:
    """Print the peak."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.corpus"
        corpus_speed.create_corpus(path, int(articles))
        took = measure_export(path, Path(folder) / "out", *options)
    print(f"an export of {int(articles):,} articles: {took.peak:.0f} MB, {took.seconds:.1f} s, {took.tokens:,} tokens")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
