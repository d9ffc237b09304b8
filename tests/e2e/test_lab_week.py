"""A lab's week, from giving articles out to gold: three annotators on computers of their own, and a lead who decides.

Each annotator labels an article by keys in a real window, the others by script; the lead decides by keys. What must
come out is counted here from what everybody is said to label, and from nothing that the program says.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from e2e.exports import command
from e2e.hands import Annotator, Program, RealInput, require_screen
from e2e.stories import ExpectedSpan, label_by_keyboard
from PySide6.QtWidgets import QApplication

from annotator import settings
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import list_article_uids, list_assignments
from annotator.ui.session.session import Session

require_screen()

LEAD, SALMA, YOUSSEF = "ليلى", "سلمى", "يوسف"
NAMESAKE: Final = "سلمى ب"
"""What the lead calls the second Salma; on her own laptop she is Salma."""
ANNOTATORS: Final = (SALMA, YOUSSEF, NAMESAKE)

SitAt = Callable[[str], None]
"""Sit at somebody's computer: what is started from then on runs there."""


class News(NamedTuple):
    """An article: an institution announced a plan on a day, for some people."""

    institution: str
    day: str
    plan: str
    years: str
    people: str

    @property
    def text(self) -> str:
        if not self.plan:
            return f"أغلقت {self.institution} أبوابها."
        return f"أعلنت {self.institution} يوم {self.day} عن {self.plan} {self.years} لفائدة {self.people}."

    @property
    def origin(self) -> str:
        """Where the labels come from in an export of gold, if two annotators have it."""
        return "adjudicated" if self.plan else "agreed"

    def find(self, label: str, words: str) -> ExpectedSpan:
        start = self.text.index(words)
        return ExpectedSpan(label, start, start + len(words))

    def label(self, annotator: str) -> list[ExpectedSpan]:
        """Return what this annotator labels, in the order of the text.

        Salma is right, Youssef leaves out the years of plans, and the other Salma sees institutions everywhere, but no
        days.
        """
        institution = self.find("INSTITUTION", self.institution)
        if not self.plan:
            return [institution]
        whole_plan = f"{self.plan} {self.years}"
        if annotator == NAMESAKE:
            return [institution, self.find("INSTITUTION", whole_plan), self.find("INSTITUTION", self.people)]
        plan = self.find("PLAN", self.plan if annotator == YOUSSEF else whole_plan)
        return [institution, self.find("DATE", self.day), plan]


ALL_NEWS: Final = (
    News("وزارة الصحة", "9 يوليوز 2024", "الخطة الوطنية للتلقيح", "2024-2030", "الأطفال"),
    News("وزارة الفلاحة", "3 ماي 2024", "برنامج سدود الجنوب", "2025-2035", "الفلاحين"),
    News("المكتب الوطني للسكك الحديدية", "12 يونيو 2024", "مخطط القطارات الليلية", "2024-2040", "المسافرين"),
    News("وزارة التربية الوطنية", "21 شتنبر 2024", "خطة دعم القراءة", "2023-2026", "التلاميذ"),
    News("الوكالة الوطنية للمياه", "18 مارس 2024", "مخطط الماء الشروب", "2020-2027", "القرويين"),
    News("وزارة الثقافة", "30 أبريل 2024", "استراتيجية الكتاب المغربي", "2024-2028", "الناشرين"),
    News("مندوبية السياحة", "7 غشت 2024", "برنامج الواحات", "2021-2025", "الزوار"),
    News("غرفة التجارة", "", "", "", ""),
)
BY_TEXT: Final = {news.text: news for news in ALL_NEWS}
SEED: Final = 1
"""Gives two annotators the article that is so short that they agree, and each pair another one."""
AGREEMENT: Final = {
    # What both have, of what each has: 2 of 3 and 3; 1 and 1 of 3 and 3 and 1 and 1; 1 of 3 and 3.
    frozenset((SALMA, YOUSSEF)): {"articles": 1, "exact": 4 / 6, "position": 4 / 6, "overlap": 6 / 6},
    frozenset((SALMA, NAMESAKE)): {"articles": 2, "exact": 4 / 8, "position": 6 / 8, "overlap": 4 / 8},
    frozenset((YOUSSEF, NAMESAKE)): {"articles": 1, "exact": 2 / 6, "position": 2 / 6, "overlap": 2 / 6},
}
"""F1 of each pair, counted by hand."""


class Decision(NamedTuple):
    """Keys that decide on a disagreement; then, the words in the gold layer and how many disagreements are left.

    It `overrules` the annotators if it is for what neither has: then the program asks why.
    """

    keys: tuple[str, ...]
    words: tuple[str, ...]
    left: int
    overrules: bool = False


@pytest.fixture
def sit_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SitAt:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "ar")

    def sit(person: str) -> None:
        monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / f"computer of {person}"))

    return sit


def test_a_labs_week(hands: RealInput, qapp: QApplication, tmp_path: Path, sit_at: SitAt) -> None:
    # Monday: the lead gives eight articles out, the half of them to two each.
    sit_at(LEAD)
    settings.save(settings.Settings(annotator=LEAD))
    corpus, articles, folder = tmp_path / "news.corpus", tmp_path / "articles", tmp_path / "to send"
    articles.mkdir()
    for number, news in enumerate(ALL_NEWS, 1):
        (articles / f"{number}.txt").write_text(news.text, encoding="utf-8")
    assert command("import", corpus, articles)["added"] == len(ALL_NEWS)
    names = [word for name in ANNOTATORS for word in ("--annotator", name)]
    division = command("assign", corpus, folder, *names, "--double", "50%", "--blind", "--seed", SEED)
    assert division["annotators"] == dict.fromkeys(ANNOTATORS, 4)
    assert division["double"] == 4
    files = {name: Path(path) for name, path in division["files"].items()}
    holders = read_holders(corpus)
    for name, path in files.items():
        assert read_texts(path) == [text for text in holders if name in holders[text]]

    # Until Thursday: everybody labels.
    for name in ANNOTATORS:
        sit_at(name)
        label_by_keys_then_by_script(hands, files[name], name)

    # Thursday: two send their steps, one the whole corpus; the lead knows that the other Salma is hers.
    changesets = {name: tmp_path / f"{name}.changeset" for name in (SALMA, NAMESAKE)}
    for name, path in changesets.items():
        sit_at(name)
        assert command("changes", files[name], path)["articles"] == 4
    sit_at(LEAD)
    dry_run = command("merge", corpus, changesets[NAMESAKE], "--dry-run")
    assert dry_run["annotators"][SALMA] == f"{SALMA} (2)"
    sources = changesets[SALMA], files[YOUSSEF], changesets[NAMESAKE]
    summary = command("merge", corpus, *sources, "--same", f"{SALMA}={NAMESAKE}")
    assert (summary["articles"], summary["conflicts"]) == (0, [])
    assert [entry["annotators"].get(SALMA) for entry in summary["files"]] == [SALMA, None, NAMESAKE]
    assert command("merge", corpus, *sources)["steps"] == 0
    assert read_layers(corpus) == {
        (text, name): sorted(BY_TEXT[text].label(name)) for text in holders for name in holders[text]
    }

    agreement = command("agreement", corpus)
    assert {
        frozenset((pair["a"], pair["b"])): {name: pair[name] for name in ("articles", "exact", "position", "overlap")}
        for pair in agreement["pairs"]
    } == {pair: pytest.approx(figures) for pair, figures in AGREEMENT.items()}
    assert agreement["overall"]["exact"] == pytest.approx((4 + 4 + 2) / (6 + 8 + 6))

    # Friday: the lead decides, and nobody's names are shown, as everybody labelled blind.
    assert len(command("adjudicate", corpus)["disagreements"]) == 1 + 3 + 3
    adjudicate_by_keys(hands, corpus, holders)
    assert command("adjudicate", corpus) == {"agreed": 0, "decided": 0, "disagreements": []}

    # What was decided goes back, and those who had it otherwise see that.
    gold_steps = tmp_path / "decided.changeset"
    assert command("changes", corpus, gold_steps, "--annotator", "gold")["articles"] == 4
    sit_at(YOUSSEF)
    assert command("merge", files[YOUSSEF], gold_steps)["conflicts"] == []
    look_at_what_was_decided_otherwise(hands, files[YOUSSEF], holders)
    sit_at(LEAD)

    # What comes out: of articles that two had, what is right; of the others, what the one has.
    shared = [text for text in holders if len(holders[text]) == 2]
    target = tmp_path / "gold.jsonl"
    report = command("export", corpus, target, "--format", "jsonl", "--gold")
    assert list(report["origin"].values()) == [BY_TEXT[text].origin for text in shared]
    assert read_export(target) == {text: sorted(BY_TEXT[text].label(SALMA)) for text in shared}
    report = command("export", corpus, target, "--format", "jsonl", "--gold", "--single")
    assert list(report["origin"].values()) == [BY_TEXT[text].origin if text in shared else "single" for text in holders]
    assert read_export(target) == {
        text: sorted(BY_TEXT[text].label(SALMA if text in shared else holders[text][0])) for text in holders
    }


def read_holders(corpus: Path) -> dict[str, list[str]]:
    """Return the names of those to whom each article is assigned, by its text, in the order of the corpus."""
    with Corpus.open(corpus, readonly=True) as opened:
        holders: dict[str, list[str]] = {}
        for assignment in list_assignments(opened):
            holders.setdefault(opened.article(assignment.article).text, []).append(assignment.annotator)
        return holders


def read_texts(corpus: Path) -> list[str]:
    with Corpus.open(corpus, readonly=True) as opened:
        return [opened.article(uid).text for uid in list_article_uids(opened)]


def label_by_keys_then_by_script(hands: RealInput, corpus: Path, annotator: str) -> None:
    """Open the file that came, label its first article by keys, and the others by the same verbs without a window."""
    is_namesake = annotator == NAMESAKE
    if is_namesake:
        settings.save(settings.Settings(annotator=SALMA))
    name = SALMA if is_namesake else annotator
    program = Program(corpus, asks_name=True)
    # The file knows for whom it was made. Who has a name on this computer already may say that it is hers.
    hands.press("Escape" if is_namesake else "Return")
    program.wait(lambda _state: not program.ask("dialog"), "the dialog is left")
    hands.click(program.ask("paper"))  # no window manager gives the keys back here
    text = program.wait(lambda state: state["focus"] and state["annotator"] == name, f"{name} works here")["text"]
    hands.press("Control_L", "Home")  # as one reads
    program.wait(lambda state: state["caret"] and state["caret"][0] == 0, "the first word")
    wanted = BY_TEXT[text].label(annotator)
    person = Annotator(hands, program)
    assert [*label_by_keyboard(person, wanted)] == wanted
    hands.press("Control_L", "Return")
    program.wait(lambda state: state["text"] not in (text, None), "the next article")
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0

    session = Session(name)
    session.open(Corpus.open(corpus))
    for number in session.articles.numbers:
        session.open_by_id(number)
        assert session.article
        if session.state() == DONE:
            assert session.article.text == text
            continue
        for span in BY_TEXT[session.article.text].label(annotator):
            assert session.tag(*span)
        assert session.set_state(DONE)
    session.close()


def read_layers(corpus: Path) -> dict[tuple[str, str], list[ExpectedSpan]]:
    """Return the spans of each article and annotator who has done it, by text and name."""
    with Corpus.open(corpus, readonly=True) as opened:
        layers = {}
        for annotated in opened.load_articles(range(1, len(ALL_NEWS) + 1)):
            for status in annotated.states:
                assert status.state == DONE
                spans = opened.spans(annotated.article.uid, status.annotator)
                layers[annotated.article.text, status.annotator] = sorted(
                    ExpectedSpan(span.label, span.start, span.end) for span in spans
                )
        return layers


def read_export(path: Path) -> dict[str, list[ExpectedSpan]]:
    """Return the spans of each article in a file of JSON lines, by its text."""
    articles = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        article["text"]: sorted(ExpectedSpan(span["label"], span["start"], span["end"]) for span in article["spans"])
        for article in articles
    }


def list_decisions(news: News, annotators: Iterable[str]) -> list[Decision]:
    """Return what the lead does about an article of these two; in the end the gold layer is right."""
    institution, day, short = news.institution, news.day, news.plan
    plan = f"{news.plan} {news.years}"
    if not plan.strip():
        return []
    if NAMESAKE not in annotators:
        return [
            Decision(("Control_L", "2"), (institution, day, short), 0),
            Decision(("Control_L", "z"), (institution, day), 1),
            Decision(("Return",), (institution, day, plan), 0),
        ]
    return [
        Decision(("Delete",), (institution,), 2),  # no day
        Decision(("Control_L", "z"), (institution,), 3),
        Decision(("Return",), (institution, day), 2),
        Decision(
            ("3",), (institution, day, plan), 1, overrules=True
        ),  # no institution but a plan, and the years belong to it
        Decision(("Delete",), (institution, day, plan), 0),  # people are no institution
    ]


def adjudicate_by_keys(hands: RealInput, corpus: Path, holders: Mapping[str, Sequence[str]]) -> None:
    """Decide all disagreements in the window; articles of one annotator, and those that both agree on, do not come."""
    program = Program(corpus)
    hands.press("Control_L", "Shift_L", "j")
    remaining = {
        text: decisions
        for text, annotators in holders.items()
        if len(annotators) == 2 and (decisions := list_decisions(BY_TEXT[text], annotators))
    }
    while remaining:
        state = program.wait(
            lambda state: state["annotator"] == "gold" and state["text"] in remaining and state["chosen"],
            "the next disagreement",
        )
        adjudicate_article(hands, program, BY_TEXT[state["text"]], remaining.pop(state["text"]))
    program.wait(lambda state: state["text"] is None, "the end of the list")
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0


def adjudicate_article(hands: RealInput, program: Program, news: News, decisions: Iterable[Decision]) -> None:
    program.wait(lambda state: state["text"] == news.text and state["chosen"], f"a disagreement about “{news.text}”")
    bar = program.ask("bar")
    assert not any(name in bar for name in ANNOTATORS)
    for keys, words, left, overrules in decisions:
        hands.press(*keys)
        program.wait(has_disagreements(left), f"{left} disagreements after {keys}")
        assert [news.text[start:end] for _label, start, end in program.ask("state")["spans"]] == [*words]
        if overrules:
            program.wait(lambda _state: program.ask("dialog"), "the question why")
            hands.press("Escape")
            program.wait(lambda state: not program.ask("dialog") and state["focus"], "the article again")
    assert program.ask("state")["spans"] == [[*span] for span in news.label(SALMA)]
    hands.press("Control_L", "Return")


def look_at_what_was_decided_otherwise(hands: RealInput, corpus: Path, holders: Mapping[str, Sequence[str]]) -> None:
    """Open the list of what Youssef has otherwise, the years of each plan, and go to the first of them."""
    different = [
        text for text in holders if YOUSSEF in holders[text] and len(holders[text]) == 2 and BY_TEXT[text].plan
    ]
    program = Program(corpus)
    hands.press("Control_L", "Shift_L", "e")
    program.wait(lambda _state: program.ask("rows"), "the list of what was decided otherwise")
    for text, (_article, own, gold, _reason) in zip(different, program.ask("rows"), strict=True):
        assert BY_TEXT[text].plan in own
        assert BY_TEXT[text].years not in own
        assert BY_TEXT[text].years in gold
    hands.press("Return")
    program.wait(lambda state: state["text"] == different[0], "the article of the first one")
    program.kill()


def has_disagreements(count: int) -> Callable[[dict[str, Any]], bool]:
    """Return whether so many disagreements are left in a state of the window."""
    return lambda state: len(state["suggestions"]) == count
