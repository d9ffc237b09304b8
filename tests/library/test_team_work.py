"""Measures, checks, gold and merges of the library are those of the commands, on the sample articles."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from builders import execute_unchecked, give_articles, locate
from msgspec import to_builtins
from pages import ROOT
from pytestqt.qtbot import QtBot

import annotator
from annotator import settings
from annotator.checks import issue as checks
from annotator.cli import running
from annotator.model.changeset import GOLD
from annotator.settings import Settings
from annotator.store.corpus import Corpus as StoredCorpus
from annotator.ui.session.session import Session

Run: TypeAlias = Callable[..., Any]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command in this process and returns its JSON."""
    monkeypatch.setenv("LANGUAGE", "en")  # which the command sets

    def command(*arguments: object) -> Any:
        capsysbinary.readouterr()
        running.run([*map(str, arguments), "--json"])
        return json.loads(capsysbinary.readouterr().out)

    return command


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a corpus of four sample articles that two people have done, and a third one has half done."""
    folder = tmp_path_factory.mktemp("team")
    with pytest.MonkeyPatch.context() as patched:  # never the home of whoever runs the tests
        patched.setenv("ANNOTATOR_HOME", str(folder / "home"))
        return _label_samples(folder / "team.corpus")


def _label_samples(path: Path) -> Path:
    with annotator.create(path, "Sanae") as corpus:
        corpus.import_files(*sorted((ROOT / "resources" / "samples").glob("*.txt"))[:4])
        suggestions = list(corpus.suggestions(source="dates")) + list(corpus.suggestions(source="names"))
        corpus.accept(suggestions)
        for article in corpus:
            corpus.set_state(article, "done")
    with annotator.open(path, "Hamid") as corpus:
        corpus.accept(each for each in suggestions if each.label == "DATE" or each.start % 3)
        for article in corpus:
            corpus.set_state(article, "done")
        words = corpus.article(1)
        corpus.add_span(words, "PLAN", *_within_a_word(words.text))
    with annotator.open(path, "Mona") as corpus:
        corpus.accept(each for each in suggestions if each.article == words.uid)
    return path


def _within_a_word(text: str) -> tuple[int, int]:
    """Return a range that cuts the first long word of a text, with the blank before it."""
    start = next(index for index in range(len(text)) if text[index] == " " and text[index + 1 : index + 6].isalpha())
    return start, start + 4


@pytest.fixture
def team(labelled: Path, tmp_path: Path) -> Path:
    """Return a copy of the corpus."""
    return Path(shutil.copy(labelled, tmp_path / "team.corpus"))


# --- Measures


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"moment": "first"}, ("--as", "first")),
        ({"spans": "hand"}, ("--spans", "hand")),
        (
            {"annotators": ["Sanae", "Mona"], "state": "all"},
            ("--annotator", "Sanae", "--annotator", "Mona", "--state", "all"),
        ),
    ],
)
def test_agreement_has_the_figures_and_warnings_of_the_command(
    team: Path, run: Run, options: dict[str, Any], arguments: tuple[str, ...]
) -> None:
    printed = run("agreement", team, *arguments)
    with annotator.open(team) as corpus:
        agreement = corpus.agreement(**options)
    assert (agreement.articles, agreement.spans, agreement.accepted) == (
        *(printed["articles"], printed["spans"], printed["accepted"]),
    )
    assert agreement.articles > 0
    exact = agreement.scores.exact
    assert [exact.value, exact.low, exact.high] == [printed["overall"][key] for key in ("exact", "low", "high")]
    assert agreement.alpha.value == printed["alpha"]
    assert [(pair.first, pair.second, pair.kappa.value, pair.matched) for pair in agreement.pairs] == [
        (pair["a"], pair["b"], pair["kappa"], pair["matched"]) for pair in printed["pairs"]
    ]
    assert {name: label.scores.overlap.value for name, label in agreement.labels.items()} == {
        name: label["overlap"] for name, label in printed["labels"].items()
    }
    assert json.loads(json.dumps(to_builtins(agreement.warnings))) == printed["warnings"]
    assert "few_articles" in {warning.code for warning in agreement.warnings}


# --- Checks


def test_issues_are_those_of_the_command(team: Path, run: Run) -> None:
    with annotator.open(team) as corpus:
        issues = list(corpus.issues())
        assert [_as_printed(issue) for issue in issues] == run("check", team)
        assert "inside_word" in {issue.kind for issue in issues}
        assert {issue.article for issue in issues} <= {article.uid for article in corpus}
        of_hamid = list(corpus.issues(annotator="Hamid", state="done", kind="inside_word"))
        assert [_as_printed(issue) for issue in of_hamid] == run(
            *("check", team, "--annotator", "Hamid", "--state", "done", "--kind", "inside_word")
        )
        assert of_hamid
        with pytest.raises(ValueError, match="finished"):
            corpus.issues(state="finished")
        with pytest.raises(ValueError, match="misspelt"):
            corpus.issues(kind="misspelt")
        with pytest.raises(annotator.CorpusError, match="“Sana”"):
            corpus.issues(annotator="Sana")


def _as_printed(issue: annotator.Issue) -> dict[str, Any]:
    """Return an issue as the command prints it, which has no texts of members."""
    members = [_as_printed(member) for member in issue.members]
    names = ("uid", "label", "start", "end", "remedy")
    return {
        **{
            key: getattr(issue, key)
            for key in ("start", "end", "kind", "message", "code", "label", "annotator", "text")
        },
        "article": issue.number,
        "uid": issue.span,
        "remedy": vars(issue.fix) if issue.fix else None,
        "members": [{name: member[name] for name in names} for member in members],
    }


def test_a_fix_is_applied_and_an_issue_dismissed_as_in_the_window(team: Path, tmp_path: Path, qtbot: QtBot) -> None:
    other = Path(shutil.copy(team, tmp_path / "other.corpus"))
    with annotator.open(team, "Hamid") as corpus:
        issue = next(corpus.issues(annotator="Hamid", kind="inside_word"))
        assert issue.fix
        assert corpus.apply_fix(issue)
        assert not corpus.apply_fix(issue)  # the span is no longer as it was checked
        assert not list(corpus.issues(annotator="Hamid", kind="inside_word"))
        dismissed = next(corpus.issues(annotator="Hamid", kind="in_boilerplate"))
        corpus.dismiss(dismissed)
        assert not list(corpus.issues(annotator="Hamid", kind="in_boilerplate"))
        # words without a label: the fix labels them
        unlabelled = next(corpus.issues(kind="unlabelled_repeat"))
        assert corpus.apply_fix(unlabelled)
        assert (unlabelled.text, unlabelled.label) in [
            (span.text, span.label) for span in corpus.article(unlabelled.article).spans
        ]
        with pytest.raises(annotator.InvalidEdit, match="already has that label"):
            corpus.apply_fix(unlabelled)
        with pytest.raises(annotator.InvalidEdit, match="layer of Sanae"):
            corpus.dismiss(dataclasses.replace(issue, annotator="Sanae"))
        with pytest.raises(annotator.InvalidEdit, match="layer of Sanae"):
            corpus.apply_fix(dataclasses.replace(issue, annotator="Sanae"))
    session = Session("Hamid")
    session.open(StoredCorpus.open(other))
    session.open_by_id(issue.number)
    assert session.apply_fix(_as_checked(issue))
    assert session.dismiss(_as_checked(dismissed))
    session.open_by_id(unlabelled.number)
    assert session.apply_fix(_as_checked(unlabelled))
    session.close()
    for number in {issue.number, dismissed.number, unlabelled.number}:
        assert _last_steps(team, number) == _last_steps(other, number)


def _as_checked(issue: annotator.Issue) -> checks.Issue:
    """Return the issue as the window has it."""
    names = ("kind", "label", "start", "end", "message", "code", "span", "fix")
    values: dict[str, Any] = {name: getattr(issue, name) for name in names}
    return checks.Issue(**values)


def _last_steps(path: Path, number: int) -> list[tuple[str, list[tuple[object, object]]]]:
    """Return Hamid's steps in an article: their names, and their edits without uids of new records."""
    with StoredCorpus.open(path, readonly=True) as stored:
        recorded = [stored.step(info.uid) for info in stored.history(stored.article(number).uid, "Hamid")]
    return [(step.name, [(_content(edit.before), _content(edit.after)) for edit in step.edits]) for step in recorded]


def _content(record: object) -> object:
    fields = getattr(record, "__struct_fields__", ())
    return type(record), [getattr(record, name) for name in fields if name != "uid"]


def test_invisible_characters_are_one_issue_with_members_that_are_fixed_together(tmp_path: Path) -> None:
    text = "زارت \u200fفاس\u200f ثم \u200fطنجة\u200f ثم \u200fوجدة\u200f ثم \u200fسلا\u200f وعادت."
    with annotator.create(tmp_path / "a.corpus", "Hamid") as corpus:
        corpus.add_article(text)
        for word in ("فاس", "طنجة", "وجدة", "سلا"):
            start, end = locate(f"\u200f{word}\u200f", text)
            corpus.add_span(1, "INSTITUTION", start, end)
        (issue,) = corpus.issues(kind="invisible")
        assert [member.text.strip("\u200f") for member in issue.members] == ["فاس", "طنجة", "وجدة", "سلا"]
        assert corpus.apply_fix(issue)
        assert [span.text for span in corpus.spans()] == ["فاس", "طنجة", "وجدة", "سلا"]


def test_damage_is_what_the_command_lists(team: Path, run: Run) -> None:
    with annotator.open(team) as corpus:
        assert corpus.damage() == []
    execute_unchecked(team, "DELETE FROM stored_span WHERE rowid = (SELECT min(rowid) FROM stored_span)")
    printed = run("check", team, "--kind", "damaged")
    with annotator.open(team) as corpus:
        damage = corpus.damage()
    assert [(each.kind, each.table, each.row, each.message) for each in damage] == [
        (each["code"], each["table"], each["row"], each["message"]) for each in printed
    ]
    assert damage


# --- Gold


def test_disagreements_are_those_of_the_command_until_they_are_decided(team: Path, run: Run) -> None:
    printed = run("adjudicate", team)["disagreements"]
    with annotator.open(team, "Amal") as corpus:
        assert corpus.gold is None
        with pytest.raises(annotator.CorpusError, match="no gold layer"):
            corpus.articles(gold=True)
        disagreements = list(corpus.disagreements())
        assert [
            (
                each.number,
                each.start,
                each.end,
                each.text,
                [list(candidate.annotators) for candidate in each.candidates],
            )
            for each in disagreements
        ] == [
            (*(each[key] for key in ("article", "start", "end", "text")), [c["annotators"] for c in each["candidates"]])
            for each in printed
        ]
        assert disagreements
        assert corpus.adjudicate() == disagreements  # two people have no majority
        gold = list(corpus.spans(gold=True))
        assert {span.annotator for span in gold} == {corpus.gold} == {GOLD}
        both = [{_key(span) for span in corpus.spans(annotator=name)} for name in ("Sanae", "Hamid")]
        assert {_key(span) for span in gold} == both[0] & both[1]
        open_numbers = {each.number for each in disagreements}
        decided = [article.number for article in corpus.articles(gold=True, state="done")]
        assert {*decided, *open_numbers} == set(range(1, 5))
        assert not open_numbers & set(decided)
        with pytest.raises(ValueError, match="Sanae"):
            corpus.articles(annotator="Sanae", gold=True)


def _key(span: annotator.Span) -> tuple[str, int, int, str]:
    return span.article, span.start, span.end, span.label


def test_a_majority_decides(team: Path) -> None:
    with annotator.open(team, "Mona") as corpus:
        corpus.set_state(1, "done")
        before = [each for each in corpus.disagreements() if each.number == 1]
        open_disagreements = corpus.adjudicate(majority=True)
        assert before
        assert 1 not in {each.number for each in open_disagreements}
        assert [article.number for article in corpus.articles(gold=True, state="done")][:1] == [1]
    with annotator.open(team) as corpus, pytest.raises(annotator.CorpusError, match="open for reading"):
        corpus.adjudicate()


def test_what_is_labelled_blind_is_hidden_in_the_window_and_read_by_scripts_and_commands(
    team: Path, run: Run, qtbot: QtBot
) -> None:
    """The window shows an article to its annotator; a script or a command reads for nobody (docs/adr/0023)."""
    with StoredCorpus.open(team) as stored:
        give_articles(stored, {"Sanae": [1], "Amal": [1]}, is_blind=True)
    session = Session("Amal")
    session.open(StoredCorpus.open(team))
    session.open_by_id(1)
    session.switch_annotator("Sanae", edits=False)
    assert session.current.is_hidden
    assert session.spans == []
    session.close()
    with annotator.open(team, "Amal") as corpus:
        article = corpus.article(1)
    assert {span.annotator for span in article.spans} == {"Sanae", "Hamid", "Mona"}
    assert [span["uid"] for span in run("show", team, 1)["spans"]] == [span.uid for span in article.spans]


# --- Merging


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_merge_reports_what_the_command_reports(team: Path, tmp_path: Path, run: Run, dry_run: bool) -> None:
    (tmp_path / "theirs").mkdir()
    theirs = Path(shutil.copy(team, tmp_path / "theirs" / "theirs.corpus"))
    with annotator.open(theirs, "Omar") as corpus:
        added = corpus.add_article("أعلنت وزارة الصحة خطة جديدة.")
        corpus.add_span(added, "INSTITUTION", *locate("وزارة الصحة", added.text))
    with annotator.open(theirs, "Sanae") as corpus:
        corpus.delete_span(next(corpus.spans(annotator="Sanae")))
    with annotator.open(team, "Sanae") as corpus:
        corpus.describe_span(next(corpus.spans(annotator="Sanae")), note="kept")
    other = Path(shutil.copy(team, tmp_path / "other.corpus"))
    broken = tmp_path / "broken.corpus"
    broken.write_text("نص", encoding="utf-8")
    settings.save(Settings(annotator="Sanae"))
    printed = run("merge", other, theirs, broken, *(["--dry-run"] if dry_run else []))
    before = team.read_bytes()
    with annotator.open(team, "Sanae") as corpus:
        report = corpus.merge(theirs, broken, dry_run=dry_run)
        assert len(corpus) == 4 + (not dry_run)
    assert {**json.loads(json.dumps(to_builtins(report))), "backup": None} == {**printed, "backup": None}
    assert (report.steps, report.articles, report.annotators["Omar"]) == (2, 1, "Omar")
    assert [refusal.path for refusal in report.skipped] == [str(broken)]
    assert (report.backup is None) == dry_run
    assert len(report.conflicts) == 1
    assert (team.read_bytes() == before) == dry_run


def test_two_names_of_one_person_become_one(team: Path) -> None:
    with annotator.open(team, "Sanae") as corpus:
        with pytest.raises(annotator.CorpusError, match="“Nobody”"):
            corpus.merge(same={"Nobody": "Sanae"})
        with pytest.raises(ValueError, match="nothing to merge"):
            corpus.merge()
        assert corpus.merge(same={"Mona": "Sanae"}).joined == {"Mona": "Sanae"}
        assert corpus.annotators == ("Sanae", "Hamid")
    with annotator.open(team) as corpus, pytest.raises(annotator.CorpusError, match="open for reading"):
        corpus.merge(team)


def test_who_edits_is_not_mixed_with_a_person_of_the_same_name_elsewhere(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amal has not begun here yet, and is nobody of the settings; another Amal has worked on another computer."""
    theirs = Path(shutil.copy(team, tmp_path / "theirs.corpus"))
    with monkeypatch.context() as patched:
        patched.setenv("ANNOTATOR_HOME", str(tmp_path / "their home"))
        with annotator.open(theirs, "Amal") as corpus:
            corpus.set_state(1, "flagged")
    with annotator.open(team, "Amal") as corpus:
        report = corpus.merge(theirs)
        assert [(name.theirs, name.ours) for name in report.same_names] == [("Amal", report.annotators["Amal"])]
        assert corpus.article(1).states[report.annotators["Amal"]] == "flagged"
        assert report.annotators["Amal"] != "Amal"
