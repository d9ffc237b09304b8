"""How fast the main job is, as ratios against a named reference in the same run, and how good what is suggested is.

`python3 packaging/dev.py bench` measures all of it, `bench suggest effort` these parts (see PARTS). Seconds differ from
machine to machine; how many times as long as a known thing something takes differs less. Each ratio is that of the
medians of many runs, taken by turns with the reference.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import corpus_speed
import dates_accuracy
import desk_speed
import effort
import memory
import model_accuracy
import suggestion_effort
import suggestion_speed
import transfer_speed
from long_article import long_article
from measuring import RUNS, Figure, hundredth, measured
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QTextEdit

from annotator import i18n
from annotator.core import editing
from annotator.core.drafting import draft
from annotator.core.model import Step, new_uid
from annotator.core.text import tokens
from annotator.jobs.exporting import ALL, Options, export
from annotator.resources import resource
from annotator.store.corpus import Corpus, now
from annotator.ui import app, fonts
from annotator.ui.article_canvas import BODY_SIZE
from annotator.ui.corpus_commands import default_labels
from annotator.ui.depths import depths
from annotator.ui.marks import Marks
from annotator.ui.page import Page, measure
from annotator.ui.painting import Painter
from annotator.ui.theme import LIGHT

_PRESSES: Final = 200
_SAMPLES: Final = Path(__file__).resolve().parents[3] / "shared" / "data"
_WOJOOD: Final = "wojood-sample-train.txt"


def main(wanted: list[str]) -> int:
    """Print these parts, or all."""
    i18n.use("en")
    unknown = set(wanted) - PARTS.keys()
    if unknown:
        print(f"bench: no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for part, lines in PARTS.items():
        if not wanted or part in wanted:
            with tempfile.TemporaryDirectory() as name:
                os.environ["ANNOTATOR_HOME"] = str(Path(name) / "home")
                for line in lines(Path(name)):
                    print(line, flush=True)
    return 0


def _speed(folder: Path) -> Iterator[str]:
    yield f"{'':40} {'median':>9} {'99 %':>9} {'times':>7}   reference"
    for figure in figures(folder):
        own, slowest, reference = (
            statistics.median(figure.own),
            hundredth(figure.own),
            statistics.median(figure.reference),
        )
        yield (
            f"{figure.what:40} {own:6.2f} ms {slowest:6.2f} ms {figure.ratio():7.2f}"
            f"   {figure.against} ({reference:.2f} ms)"
        )
    yield from transfer_speed.missing()


def _effort(folder: Path) -> Iterator[str]:
    yield from effort.table(folder)
    yield from _on_samples(lambda samples: suggestion_effort.table(samples / "ner" / _WOJOOD, folder))


def _suggest(_folder: Path) -> Iterator[str]:
    yield from _on_samples(lambda samples: dates_accuracy.table(samples / "dates"))
    yield from _on_samples(lambda samples: model_accuracy.table(samples / "ner"))
    yield from suggestion_speed.table()


def _on_samples(lines: Callable[[Path], Iterator[str]]) -> Iterator[str]:
    """What is measured on the real texts beside the checkout, or that they are not there."""
    if _SAMPLES.is_dir():
        yield from lines(_SAMPLES)
    else:
        yield f"not measured: the real texts ({_SAMPLES.parent.name}/) are not beside this checkout"


PARTS: Final[dict[str, Callable[[Path], Iterator[str]]]] = {
    "speed": _speed,
    "memory": memory.table,
    "effort": _effort,
    "suggest": _suggest,
}
"""What can be measured by itself."""


def figures(
    folder: Path,
    runs: int = RUNS,
    presses: int = _PRESSES,
    articles: int = 200,
    large: int = corpus_speed.ARTICLES,
) -> Iterator[Figure]:
    """Every figure; `folder` is for the files that it takes, `large` how many articles a large corpus has."""
    app.application()
    yield from desk_speed.figures(folder, runs, presses)
    yield from _page(runs)
    yield _exporting(folder, articles, max(1, runs // 10))
    yield from transfer_speed.figures(folder, max(1, runs // 3), articles)
    yield from corpus_speed.figures(folder, runs, large)


def _page(runs: int) -> Iterator[Figure]:
    read, labels, width = long_article("bench"), default_labels(), measure(BODY_SIZE)
    text, edit = read.article.text, QTextEdit()
    edit.setFont(fonts.reading(BODY_SIZE))
    edit.resize(int(width), 600)
    edit.show()
    yield measured(
        "laying out all of a long article",
        lambda: Page(text, read.zones, width, BODY_SIZE).height,
        "a bare QTextEdit doing the same",
        lambda: (edit.clear(), edit.setPlainText(text), edit.document().size()),
        runs,
    )
    edit.close()
    page, image = Page(text, read.zones, width, BODY_SIZE), QImage(int(width), 600, QImage.Format.Format_RGB32)

    def paint(marks: Marks) -> None:
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        Painter(page, marks, labels, LIGHT).paint(painter, 0, image.height())
        painter.end()

    spans = Marks(read.spans, depths(read.spans, labels))
    yield measured(
        f"painting it with {len(read.spans)} spans",
        lambda: paint(spans),
        "without",
        lambda: paint(Marks()),
        runs,
    )


def _exporting(folder: Path, articles: int, runs: int) -> Figure:
    sample = resource("samples", "06-digital-strategy.txt").read_text(encoding="utf-8")
    read, word = draft(f"{sample}\n0").article, tokens(sample)[0]
    with Corpus.create(folder / "export.corpus", default_labels()) as corpus:
        with corpus.transaction():
            for number in range(articles):
                corpus.add(draft(f"{sample}\n{number}"))
            corpus.apply(Step(new_uid(), "bench", now(), "tag", tuple(editing.add(read, [], "bench", "DATE", *word))))
        return measured(
            f"exporting {articles} articles, read back",
            lambda: [*export(corpus, folder / "out.conll", Options(state=ALL, annotator="bench"))],
            "finding their tokens",
            lambda: [tokens(sample) for _ in range(articles)],
            runs,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
