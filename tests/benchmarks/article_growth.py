"""Measure how the cost of an article grows with its spans, as its text grows with them at a constant density."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from unittest.mock import patch

import page_speed
from long_article import build_long_article
from measuring import RUNS, Figure, Size, time_call
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_speed import (
    close_program,
    create_long_corpus,
    measure_keys,
    measure_opening,
    open_program,
    switch_corpus,
    wait_for_suggestions,
)

from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Article, Suggestion
from annotator.suggest.joining.belief import Belief, believe_beforehand
from annotator.suggest.joining.candidates import ROLES

SIZES: Final = (100, 1_000, 5_000)
_ANNOTATOR: Final = "bench"
_PRESSES: Final = 20  # few enough that an article of a hundred spans stays one
_ACCEPT_ALL: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def measure(folder: Path, sizes: Sequence[int] = SIZES, runs: int = RUNS, presses: int = _PRESSES) -> Iterator[Figure]:
    """Measure every figure with each of these numbers of spans."""
    often = max(1, runs // 3)
    for count in sizes:
        read, size = build_long_article(_ANNOTATOR, count), Size(count, "spans an article")
        controller = open_program(create_long_corpus(folder / f"keys-{count}.corpus", read))
        # So long an article says the same again and again, and nearly all of it would be suggested.
        controller.window.suggestions.close()
        yield from measure_keys(controller, presses, size)
        switch_corpus(controller, corpus := create_long_corpus(folder / f"opening-{count}.corpus", read))
        yield measure_opening(controller, "opening the article", often, size=size)
        times = [time_call(lambda: [*export(corpus, folder / "one.conll", _options())]) for _ in range(often)]
        yield Figure("exporting it, read back", times, size=size)
        close_program(controller)
        yield page_speed.measure_painting("painting a screen of it", read, runs, size)
        yield _measure_acceptance(folder, read, size, max(1, runs // 10))


def _options() -> ExportOptions:
    return ExportOptions(annotator=_ANNOTATOR, state=ALL)


class _PerfectSuggester:
    """A suggester that suggests the article's own spans with the highest score."""

    name = "told"

    def __init__(self, read: AnnotatedArticle) -> None:
        self._read = read

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """See Suggester.suggest."""
        if article.uid != self._read.article.uid:
            return []
        return [Suggestion(span.start, span.end, span.label, self.name, 1.0) for span in self._read.spans]


def _measure_acceptance(folder: Path, read: AnnotatedArticle, size: Size, runs: int) -> Figure:
    """Measure accepting all of an article's suggestions by one key, each time in a new corpus.

    All of them are sure here, which is known of none before a corpus has shown it.
    """
    with patch("annotator.jobs.suggesting.believe_beforehand", _believe_all):
        return _measure_accepting_all(folder, read, size, runs)


def _believe_all(labels: LabelSet) -> Belief:
    return replace(believe_beforehand(labels), sure_from=dict.fromkeys(ROLES, 0.0))


def _measure_accepting_all(folder: Path, read: AnnotatedArticle, size: Size, runs: int) -> Figure:
    bare, times = replace(read, spans=()), []
    controller = open_program(create_long_corpus(folder / f"accepting-{size.count}.corpus", bare))
    controller.window.suggestions._external_suggesters = (_PerfectSuggester(read),)
    for turn in range(runs):
        switch_corpus(controller, create_long_corpus(folder / f"accepting-{size.count}-{turn}.corpus", bare))

        def accept() -> None:
            QTest.keyClick(controller.window.view, Qt.Key.Key_Return, _ACCEPT_ALL)
            QApplication.processEvents()

        times.append(time_call(accept))
        assert len(controller.session.spans) > 0.5 * len(read.spans)  # in the way of some are those of other suggesters
        wait_for_suggestions(controller)
    close_program(controller)
    return Figure("accepting a suggestion for each, by one key", times, size=size)
