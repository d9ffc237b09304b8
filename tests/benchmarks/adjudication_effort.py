"""What a disagreement costs whoever adjudicates, counted while the sample articles are adjudicated in a window."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from effort import Tester
from measuring import MEDIAN, Figure, Wanted
from window_speed import wait_until

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import DONE, AnnotatedArticle, Span, Status, new_uid
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.text.tokenizer import tokenize
from annotator.ui import app
from annotator.ui.window import Window

TESTS: Final = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    sys.path.append(TESTS)  # the stories are there, in e2e

from e2e.stories import (  # noqa: E402
    ARTICLES,
    LABEL_KEYS,
    ExpectedSpan,
    adjudicate_by_keyboard,
    estimate_handling,
    load_gold,
    sample_path,
)

INCEPTION: Final = "INCEpTION (issue 20)"
INCEPTION_SECONDS: Final = 5.3
"""Seconds of handling a disagreement by the same model: the mouse goes to the place, and to what is merged."""
HANDLING: Final = Wanted(MEDIAN, 1.9, issue=20)
SECONDS_BY_ONE_KEY: Final = estimate_handling(Counter({"decisions": 1, "keys and modifiers": 1}))
"""Seconds of handling by the model where the chosen candidate is right."""
_TEAM: Final = ("Sanae", "Ève", "عمر")
_SLIP: Final = 0.06
"""How often one of the team leaves a span out, and as often gives it another label; twice as often, another end."""


class AdjudicationEffort(NamedTuple):
    """How often each key decided a disagreement, and what all of it took."""

    decisions: Counter[str]
    tally: Counter[str]


def measure(folder: Path) -> Iterator[Figure]:
    """Measure what a disagreement costs: in keys, and in seconds of handling beside those of INCEpTION.

    A thought takes 1.35 s, a key 0.28, and so does Ctrl. Reading is not counted: it is the same everywhere.
    """
    effort = count_adjudication(folder)
    count = effort.tally["decisions"]
    keys = effort.tally["keys and modifiers"] / count
    yield Figure(f"keys a disagreement ({count}), with Ctrl and Shift", [keys], unit="")
    seconds = estimate_handling(effort.tally)
    what = f"a disagreement: keyboard ({count})"
    yield Figure(what, [seconds], INCEPTION, [INCEPTION_SECONDS], "s", wanted=HANDLING)


def count_adjudication(folder: Path) -> AdjudicationEffort:
    """Count what it takes to adjudicate the sample articles; `folder` is for the corpus."""
    random = Random(20)
    corpus = Corpus.create(folder / "adjudication.corpus", default_labels())
    for name in ARTICLES:
        corpus.add(_label_by_team(name, random))
    controller = app.ApplicationController(
        app.create_application(), Settings(language="en", annotator="bench", suggestions=False, asks_reason=False)
    )
    controller.open_corpus(corpus)
    window, session = controller.window, controller.session
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    person, decisions = Tester(controller), Counter[str]()
    # Where the program would ask why, Escape skips the question.
    window.adjudication_commands.model.overruled.connect(lambda: person.tally.update({"keys and modifiers": 1}))
    try:
        window.action("adjudicate").trigger()
        wait_until(lambda: bool(session.adjudicator) and not window.tasks.is_busy)
        for number, name in zip(sorted(session.articles.numbers), ARTICLES, strict=True):
            session.open_by_id(number)
            wait_until(lambda: _is_ready(window))
            decisions.update(adjudicate_by_keyboard(person, load_gold(name)))
    finally:
        window.close()
        session.close()
    return AdjudicationEffort(decisions, person.tally)


def _is_ready(window: Window) -> bool:
    """Return whether a disagreement is chosen and nothing at work beside the window may choose another."""
    is_at_work = window.tasks.is_busy or window.suggestions.is_busy
    return window.suggestions.current is not None and window.view.hasFocus() and not is_at_work


def _label_by_team(name: str, random: Random) -> AnnotatedArticle:
    """Return a sample article as each of the team has labelled it, with the slips that people make."""
    article = build_article(text := sample_path(name).read_text(encoding="utf-8"))
    uid = article.article.uid
    layers = {annotator: _slip(text, load_gold(name), random) for annotator in _TEAM}
    return build_article(
        text,
        spans=[Span(new_uid(), uid, owner, *span) for owner, spans in layers.items() for span in spans],
        states=[Status(uid, owner, DONE) for owner in layers],
    )


def _slip(text: str, gold: Sequence[ExpectedSpan], random: Random) -> Iterator[ExpectedSpan]:
    for span in gold:
        chance = random.random()
        ends = [word.end for word in tokenize(text, span.start, span.end)]
        if chance < _SLIP:
            continue
        if chance < 2 * _SLIP:
            yield span._replace(label=random.choice([label for label in LABEL_KEYS if label != span.label]))
        elif chance < 4 * _SLIP and len(ends) > 1:
            yield span._replace(end=ends[-2])
        else:
            yield span
