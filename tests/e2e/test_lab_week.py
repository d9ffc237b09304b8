"""A lab's week, from giving articles out to gold: three annotators on computers of their own, and a lead who decides.

Each annotator labels an article by keys in a real window, the others by script; the lead merges, looks and decides in
a real window, by keys. What must come out is counted here from what everybody is said to label, and from nothing that
the program says.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import pytest
from e2e.exports import command
from e2e.hands import Annotator, RealInput, require_screen
from e2e.lab import (
    AGREEMENT,
    ALL_NEWS,
    ANNOTATORS,
    BY_TEXT,
    LEAD,
    NAMESAKE,
    OVERALL,
    OVERALL_WITH_YEARS,
    SALMA,
    SEED,
    YOUSSEF,
    News,
)
from e2e.program import PATIENCE, Program
from e2e.stories import ExpectedSpan, label_by_keyboard
from PySide6.QtWidgets import QApplication
from ui.inspection import strip_isolates

from annotator import settings
from annotator.model.records import DONE, IN_PROGRESS
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import list_article_uids, list_assignments
from annotator.ui.session.session import Session

require_screen()

SitAt = Callable[[str], None]
"""Sit at somebody's computer: what is started from then on runs there."""
Holders: TypeAlias = Mapping[str, Sequence[str]]
"""The names of those who have each article, by its text, in the order of the corpus."""
SYMBOLS: Final = {".": "period", "-": "minus"}
"""What the keys are called that write no letter or digit."""
GOLD: Final = "gold"
"""The name of the layer of what was decided."""


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
    corpus = import_news(tmp_path)
    files = give_out(corpus, tmp_path / "to send")
    holders = read_holders(corpus)
    for name, path in files.items():
        assert read_texts(path) == [text for text in holders if name in holders[text]]

    # Until Thursday: everybody labels.
    for name in ANNOTATORS:
        sit_at(name)
        label_by_keys_then_by_script(hands, files[name], name)
    own_news = next(BY_TEXT[text] for text in holders if holders[text] == [SALMA] and BY_TEXT[text].plan)
    at_home = change_on_two_computers(sit_at, files[SALMA], own_news)
    decide_conflict_with_oneself(hands, files[SALMA], at_home, own_news)

    # Thursday: two send their steps, one the whole corpus, and the lead merges what has come.
    changesets = {name: tmp_path / f"{name}.changeset" for name in (SALMA, NAMESAKE)}
    for name, path in changesets.items():
        sit_at(name)
        assert command("changes", files[name], path)["articles"] == 4
    whole_corpus = Path(shutil.copy(files[YOUSSEF], corpus.with_name("youssef.corpus")))
    sit_at(LEAD)
    program = Program(corpus)
    decline_to_say_who_it_is(hands, program, changesets[NAMESAKE])
    assert read_layers(corpus) == {}
    merge_by_double_click(hands, program, changesets[SALMA])
    merge_by_key(hands, program, whole_corpus)
    merge_of_a_namesake_by_command(corpus, changesets[NAMESAKE])
    sources = changesets[SALMA], whole_corpus, changesets[NAMESAKE]
    assert command("merge", corpus, *sources)["steps"] == 0
    assert read_layers(corpus) == {
        (text, name): sorted(BY_TEXT[text].label(name)) for text in holders for name in holders[text]
    }
    check_progress(corpus, files, holders)
    check_agreement(corpus)
    look_at_the_team(hands, program, holders)

    # Friday: the lead decides, and nobody's names are shown, as everybody labelled blind.
    assert len(command("adjudicate", corpus)["disagreements"]) == 1 + 3 + 3
    hands.press("Control_L", "Shift_L", "j")
    adjudicate_by_keys(hands, program, holders)
    assert command("adjudicate", corpus) == {"agreed": 0, "decided": 0, "disagreements": []}

    # What was decided goes back, and Youssef, who had it otherwise, reads why, and adds the years.
    gold_steps = tmp_path / "decided.changeset"
    assert command("changes", corpus, gold_steps, "--annotator", GOLD)["articles"] == 4
    sit_at(YOUSSEF)
    assert command("merge", files[YOUSSEF], gold_steps)["conflicts"] == []
    correct_what_was_decided_otherwise(hands, files[YOUSSEF], holders)
    corrections = tmp_path / "corrections.changeset"
    assert (
        command("changes", files[YOUSSEF], corrections, "--since", whole_corpus, "--annotator", YOUSSEF)["articles"]
        == 2
    )

    # The lead sees again what has changed, and only that. How far they agreed before stays known.
    sit_at(LEAD)
    merge_by_double_click(hands, program, corrections)
    decide_what_has_changed(hands, program, holders)
    assert command("adjudicate", corpus)["disagreements"] == []
    assert command("agreement", corpus)["overall"]["exact"] == pytest.approx(OVERALL_WITH_YEARS)
    assert command("agreement", corpus, "--as", "first")["overall"]["exact"] == pytest.approx(OVERALL)

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
    quit_program(hands, program)


# Monday


def import_news(folder: Path) -> Path:
    """Import all the news into a new corpus in a folder, and return its path."""
    corpus, articles = folder / "news.corpus", folder / "articles"
    articles.mkdir()
    for number, news in enumerate(ALL_NEWS, 1):
        (articles / f"{number}.txt").write_text(news.text, encoding="utf-8")
    assert command("import", corpus, articles)["added"] == len(ALL_NEWS)
    return corpus


def give_out(corpus: Path, folder: Path) -> dict[str, Path]:
    """Divide the articles, half of them double, and return the file for each annotator."""
    names = [word for name in ANNOTATORS for word in ("--annotator", name)]
    division = command("assign", corpus, folder, *names, "--double", "50%", "--blind", "--seed", SEED)
    assert division["annotators"] == dict.fromkeys(ANNOTATORS, 4)
    assert division["double"] == 4
    return {name: Path(path) for name, path in division["files"].items()}


def read_holders(corpus: Path) -> dict[str, list[str]]:
    """Return the names of those to whom each article is assigned."""
    with Corpus.open(corpus, readonly=True) as opened:
        holders: dict[str, list[str]] = {}
        for assignment in list_assignments(opened):
            holders.setdefault(opened.article(assignment.article).text, []).append(assignment.annotator)
        return holders


def read_texts(corpus: Path) -> list[str]:
    with Corpus.open(corpus, readonly=True) as opened:
        return [opened.article(uid).text for uid in list_article_uids(opened)]


# Until Thursday


def label_by_keys_then_by_script(hands: RealInput, corpus: Path, annotator: str) -> None:
    """Open the file that came, label its first article by keys, and the others by the same verbs without a window."""
    is_namesake = annotator == NAMESAKE
    if is_namesake:
        settings.save(settings.Settings(annotator=SALMA))
    name = SALMA if is_namesake else annotator
    program = Program(corpus, asks_name=True)
    # The file knows for whom it was made. Who has a name on this computer already may say that it is hers.
    leave_dialog(hands, program, "Escape" if is_namesake else "Return")
    text = program.wait(lambda state: state["annotator"] == name, f"{name} works here")["text"]
    hands.press("Control_L", "Home")  # as one reads
    program.wait(lambda state: state["caret"] and state["caret"][0] == 0, "the first word")
    wanted = BY_TEXT[text].label(annotator)
    person = Annotator(hands, program)
    assert [*label_by_keyboard(person, wanted)] == wanted
    hands.press("Control_L", "Return")
    program.wait(lambda state: state["text"] not in (text, None), "the next article")
    quit_program(hands, program)

    with work_on(corpus, name) as session:
        for number in session.articles.numbers:
            session.open_by_id(number)
            assert session.article
            if session.article_state == DONE:
                assert session.article.text == text
                continue
            for span in BY_TEXT[session.article.text].label(annotator):
                assert session.tag(*span)
            assert session.set_state(DONE)


@contextmanager
def work_on(corpus: Path, annotator: str, text: str = "") -> Iterator[Session]:
    """Yield what the window calls, on a corpus in which the article with this text is open."""
    session = Session(annotator)
    session.open(Corpus.open(corpus))
    if text:
        session.open_article(read_texts(corpus).index(text))
    yield session
    session.close()


def change_on_two_computers(sit_at: SitAt, laptop: Path, news: News) -> Path:
    """Have Salma leave out the years on her laptop and describe the plan at home; return what she did at home."""
    home = Path(shutil.copy(laptop, laptop.with_name("home.corpus")))
    plan = news.label(YOUSSEF)[-1]
    with work_on(laptop, SALMA, news.text) as session:
        assert session.resize(session.spans[-1], plan.start, plan.end)
    sit_at(f"{SALMA} at home")
    settings.save(settings.Settings(annotator=SALMA))
    with work_on(home, SALMA, news.text) as session:
        assert session.set_state(IN_PROGRESS)  # a step more than on the laptop, whose change stands therefore
        assert session.describe(session.spans[-1], "", "مع سنواتها")
        assert session.set_state(DONE)
    changeset = home.with_suffix(".changeset")
    assert command("changes", home, changeset, "--since", laptop)["steps"] == 3
    sit_at(SALMA)
    return changeset


def decide_conflict_with_oneself(hands: RealInput, laptop: Path, changeset: Path, news: News) -> None:
    """Merge what was done at home on the laptop, be told of the conflict, and take what was done at home."""
    program = Program(laptop)
    double_click(hands, program, changeset)
    program.wait(is_told_what_was_merged(program), "what was merged")
    hands.press("Return")
    program.wait(lambda _state: program.ask("tables"), "the list of conflicts")
    [[(_article, standing, own)]] = program.ask("tables")
    assert news.years not in standing
    assert news.years in own
    leave_dialog(hands, program, "Control_L", "2")
    wanted = [[*span] for span in news.label(SALMA)]
    program.wait(lambda state: state["text"] == news.text and state["spans"] == wanted, "the plan with its years")
    quit_program(hands, program)


# Thursday


def decline_to_say_who_it_is(hands: RealInput, program: Program, changeset: Path) -> None:
    """Double-click a changeset, and cancel when it is asked whether she is the Salma who is here: she is neither."""
    double_click(hands, program, changeset)
    program.wait(lambda _state: program.ask("question").count(SALMA) == 2, "the question who she is")
    leave_dialog(hands, program, "Escape")


def merge_by_double_click(hands: RealInput, program: Program, changeset: Path) -> None:
    double_click(hands, program, changeset)
    confirm_merge(hands, program)


def double_click(hands: RealInput, program: Program, changeset: Path) -> None:
    """Start the program with the changeset, as a double click does, and agree to merge it in the open window."""
    subprocess.run([sys.executable, "-m", "annotator", changeset], check=True, timeout=PATIENCE)
    program.wait(lambda _state: changeset.name in program.ask("question"), "the question whether to merge")
    hands.press("Return")


def merge_by_key(hands: RealInput, program: Program, corpus: Path) -> None:
    """Merge a whole corpus that lies beside the lead's, by its name."""
    hands.press("Control_L", "Shift_L", "y")
    program.wait(lambda _state: program.ask("dialog"), "the dialog that chooses files")
    type_keys(hands, corpus.name)
    hands.press("Return")
    confirm_merge(hands, program)


def confirm_merge(hands: RealInput, program: Program) -> None:
    """Wait for the message that says what was merged, and leave that."""
    program.wait(is_told_what_was_merged(program), "what was merged")
    leave_dialog(hands, program, "Return")


def is_told_what_was_merged(program: Program) -> Callable[[object], bool]:
    """Return whether the program has a message, and no question."""
    return lambda _state: "؟" not in (program.ask("question") or "؟")


def merge_of_a_namesake_by_command(corpus: Path, changeset: Path) -> None:
    """Merge the changeset of the other Salma, whom the lead calls otherwise."""
    dry_run = command("merge", corpus, changeset, "--dry-run")
    assert dry_run["annotators"][SALMA] == f"{SALMA} (2)"
    summary = command("merge", corpus, changeset, "--same", f"{SALMA}={NAMESAKE}")
    assert (summary["articles"], summary["conflicts"]) == (0, [])
    assert summary["annotators"][SALMA] == NAMESAKE


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


def check_progress(corpus: Path, files: Mapping[str, Path], holders: Holders) -> None:
    """Check that everybody has done what they have, with as many spans, and by as many edits as in their own files."""
    progress = command("progress", corpus)["annotators"]
    for name, path in files.items():
        entry = progress[name]
        assert (entry["assigned"], entry["states"]["done"], entry["remaining"]) == (4, 4, 0)
        assert entry["spans"] == count_spans(name, holders)
        own = command("progress", path)["annotators"][SALMA if name == NAMESAKE else name]
        assert (own["spans"], own["edits"], own["hours"]) == (entry["spans"], entry["edits"], entry["hours"])


def count_spans(annotator: str, holders: Holders) -> int:
    return sum(len(BY_TEXT[text].label(annotator)) for text in holders if annotator in holders[text])


def check_agreement(corpus: Path) -> None:
    agreement = command("agreement", corpus, "--by", "week")
    assert {
        frozenset((pair["a"], pair["b"])): {name: pair[name] for name in ("articles", "exact", "position", "overlap")}
        for pair in agreement["pairs"]
    } == {pair: pytest.approx(figures) for pair, figures in AGREEMENT.items()}
    assert agreement["overall"]["exact"] == pytest.approx(OVERALL)
    assert [week["exact"] for week in agreement["by_week"]] == [agreement["overall"]["exact"]]


def look_at_the_team(hands: RealInput, program: Program, holders: Holders) -> None:
    """Look at the pages about progress and agreement, and at which articles to adjudicate first."""
    hands.press("Control_L", "Shift_L", "g")
    program.wait(lambda _state: program.ask("tab"), "the figures")
    for _page in range(2):
        hands.press("Control_L", "Tab")
    program.wait(lambda _state: len(program.ask("tables")) == 2, "the page about the team")
    people, days = read_tables(program)
    states_and_spans = {name: figures[:6] for name, *figures in people}
    for name in ANNOTATORS:
        assert states_and_spans[name] == ["0", "0", "4", "0", "0", str(count_spans(name, holders))]
    assert {name for _day, name, *_figures in days} == {*ANNOTATORS}
    hands.press("Control_L", "Tab")
    program.wait(lambda _state: len(program.ask("tables")) > 2, "the page about agreement")
    pairs, contested, *_others = read_tables(program)
    assert {frozenset(names.split(" – ")): (articles, exact) for names, articles, exact, *_others in pairs} == {
        pair: (str(figures["articles"]), f"{figures['exact']:.2f}".replace(".", ","))
        for pair, figures in AGREEMENT.items()
    }
    assert [count for _title, count in contested] == ["3", "3", "1"]
    leave_dialog(hands, program, "Escape")


def read_tables(program: Program) -> list[list[list[str]]]:
    """Return the cells of the lists in the active dialog, without the marks of their direction."""
    return [[[*map(strip_isolates, row)] for row in rows] for rows in program.ask("tables")]


# Friday


def list_decisions(news: News, annotators: Iterable[str]) -> list[Decision]:
    """Return what the lead does about an article of these two; in the end the gold layer is right."""
    institution, day, short = news.institution, news.day, news.plan
    plan = f"{news.plan} {news.years}"
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
        # No institution but a plan, and the years belong to it: as Salma has it, but not Youssef.
        Decision(("3",), (institution, day, plan), 1, overrules=YOUSSEF in annotators),
        Decision(("Delete",), (institution, day, plan), 0),  # people are no institution
    ]


def adjudicate_by_keys(hands: RealInput, program: Program, holders: Holders) -> None:
    """Decide all disagreements in the window; articles of one annotator, and those that both agree on, do not come.

    The articles of the other Salma come first: they have most disagreements.
    """
    texts = [text for text in holders if len(holders[text]) == 2 and BY_TEXT[text].plan]
    for text in sorted(texts, key=lambda text: NAMESAKE not in holders[text]):
        adjudicate_article(hands, program, BY_TEXT[text], list_decisions(BY_TEXT[text], holders[text]))
        if NAMESAKE not in holders[text]:
            hands.press("Shift_L", "F2")
            explain(hands, program, BY_TEXT[text].years)
        hands.press("Control_L", "Return")
    end_adjudication(hands, program)


def adjudicate_article(hands: RealInput, program: Program, news: News, decisions: Iterable[Decision]) -> None:
    program.wait(
        lambda state: state["annotator"] == GOLD and state["text"] == news.text and state["chosen"],
        f"a disagreement about “{news.text}”",
    )
    bar = program.ask("bar")
    assert not any(name in bar for name in ANNOTATORS)
    for keys, words, left, overrules in decisions:
        hands.press(*keys)
        program.wait(has_disagreements(left), f"{left} disagreements after {keys}")
        assert [news.text[start:end] for _label, start, end in program.ask("state")["spans"]] == [*words]
        if overrules:
            explain(hands, program, news.years)
            [(_label, start, _end), *_others] = program.ask("state")["suggestions"]
            hands.click(program.ask("letter", offset=start, after=True))
            program.wait(lambda state: state["chosen"], "the next disagreement again")
    assert program.ask("state")["spans"] == [[*span] for span in news.label(SALMA)]


def explain(hands: RealInput, program: Program, reason: str) -> None:
    """Answer why the last decision is so: it was a slip, for this reason."""
    program.wait(lambda _state: program.ask("dialog"), "the question why")
    hands.press("Down")
    hands.press("Tab")
    type_keys(hands, reason)
    leave_dialog(hands, program, "Return")


def correct_what_was_decided_otherwise(hands: RealInput, corpus: Path, holders: Holders) -> None:
    """Go through the list of what Youssef has otherwise, the years of each plan, and add them."""
    texts = [text for text in holders if YOUSSEF in holders[text] and len(holders[text]) == 2 and BY_TEXT[text].plan]
    program = Program(corpus)
    while texts:
        hands.press("Control_L", "Shift_L", "e")
        program.wait(lambda _state: program.ask("tables"), "the list of what was decided otherwise")
        [rows] = program.ask("tables")
        for text, (_article, own, gold, reason) in zip(texts, rows, strict=True):
            news = BY_TEXT[text]
            assert news.plan in own
            assert news.years not in own
            assert news.years in gold
            assert news.years in reason
        hands.press("Return")
        text = texts.pop(0)
        program.wait(shows(text), "the article of the first one")
        add_years(hands, program, BY_TEXT[text])
    hands.press("Control_L", "Shift_L", "e")
    program.wait(lambda _state: "لم يُحسم شيء" in program.ask("message"), "that nothing is left")
    quit_program(hands, program)


def add_years(hands: RealInput, program: Program, news: News) -> None:
    """Click on the plan, and move its end behind the years."""
    *_others, wanted = news.label(SALMA)
    hands.click(program.ask("letter", offset=wanted.start, after=True))
    program.wait(lambda state: state["selected"] and state["focus"], "the plan is selected")
    while [*wanted] not in (before := program.ask("state")["spans"]):
        hands.press("Shift_L", "Left")
        program.wait(has_other_spans(before), "another end")


def decide_what_has_changed(hands: RealInput, program: Program, holders: Holders) -> None:
    """Decide again where Youssef and the other Salma differ otherwise than before; all else was decided."""
    [text] = [text for text in holders if {*holders[text]} == {YOUSSEF, NAMESAKE}]
    hands.press("Control_L", "Shift_L", "j")
    program.wait(lambda state: state["text"] == text and state["chosen"], "the article that has changed")
    decision = Decision(("3",), tuple(list_decisions(BY_TEXT[text], holders[text])[-1].words), 0)
    program.wait(has_disagreements(1), "one disagreement")
    adjudicate_article(hands, program, BY_TEXT[text], [decision])
    hands.press("Control_L", "Return")
    end_adjudication(hands, program)


def end_adjudication(hands: RealInput, program: Program) -> None:
    """Go back from the gold layer to one's own, once the end of the list is reached."""
    program.wait(lambda state: state["text"] is None, "the end of the list")
    hands.press("Control_L", "Shift_L", "j")
    program.wait(lambda state: state["annotator"] == LEAD, "the lead's own layer")


def has_disagreements(count: int) -> Callable[[dict[str, Any]], bool]:
    """Return whether so many disagreements are left in a state of the window."""
    return lambda state: len(state["suggestions"]) == count


def shows(text: str) -> Callable[[dict[str, Any]], bool]:
    """Return whether a state of the window shows the article with this text."""
    return lambda state: bool(state["text"] == text)


def has_other_spans(spans: list[Any]) -> Callable[[dict[str, Any]], bool]:
    """Return whether a state of the window has other spans than these."""
    return lambda state: bool(state["spans"] != spans)


# At the end of the week


def read_export(path: Path) -> dict[str, list[ExpectedSpan]]:
    """Return the spans of each article in a file of JSON lines, by its text."""
    articles = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        article["text"]: sorted(ExpectedSpan(span["label"], span["start"], span["end"]) for span in article["spans"])
        for article in articles
    }


# On any day


def type_keys(hands: RealInput, text: str) -> None:
    """Press the keys of small Latin letters, digits and SYMBOLS."""
    for character in text:
        hands.press(SYMBOLS.get(character, character))


def leave_dialog(hands: RealInput, program: Program, *keys: str) -> None:
    """Press the keys that end the dialog, and wait until the window has the keyboard again."""
    hands.press(*keys)
    program.wait(lambda _state: not program.ask("dialog"), "the dialog is left")
    hands.click(program.ask("paper"))  # no window manager gives the keys back here
    program.wait(lambda state: state["focus"], "the window has the keyboard")


def quit_program(hands: RealInput, program: Program) -> None:
    hands.press("Control_L", "q")
    assert program.process.wait(PATIENCE) == 0
