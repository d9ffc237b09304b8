"""`annotator progress`: by annotator, by day and by batch."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import create_corpus, give_articles
from cli.sample import Run

from annotator.model import operations
from annotator.model.history import AGREED_STEP, DECIDE_STEP
from annotator.model.records import DONE, IN_PROGRESS, Decision, Edit, Status, Step, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries.gold import create_gold
from annotator.store.queries.work_log import list_articles_edited_on

TEXTS = tuple(f"وصل القطار رقم {number} إلى وجدة" for number in range(10))
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def work(corpus: Corpus, number: int, annotator: str, time: datetime, state: str = DONE) -> None:
    """Tag something in an article, and set its state a minute later."""
    article = corpus.article(number)
    edits = operations.add_span(article, [], annotator, "INSTITUTION", 4, 10)
    for name, step_edits, at in (
        ("tag", [*edits, *operations.set_state(None, article, annotator, IN_PROGRESS)], time),
        ("state", operations.set_state(Status(article.uid, annotator, IN_PROGRESS), article, annotator, state), None),
    ):
        moment = at or time + timedelta(minutes=1)
        if step_edits:
            corpus.apply(Step(new_uid(), annotator, moment.isoformat(timespec="milliseconds"), name, tuple(step_edits)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Create a corpus in which Amal does an article on each of two days, and Bilal begins one of his."""
    path = tmp_path / "news.corpus"
    with create_corpus(path, *TEXTS) as corpus:
        give_articles(corpus, {"Amal": range(1, 6), "Bilal": range(6, 11)}, is_blind=True)
        work(corpus, 1, "Amal", NOW - timedelta(days=1))
        work(corpus, 2, "Amal", NOW)
        work(corpus, 6, "Bilal", NOW, IN_PROGRESS)
    return path


def test_by_annotator(path: Path, run: Run) -> None:
    people = run("progress", path, "--json").json["annotators"]
    assert people["Amal"] == {
        "assigned": 5,
        "states": {"new": 3, "in_progress": 0, "done": 2, "skipped": 0, "flagged": 0},
        "remaining": 3,
        "spans": 2,
        "edits": 6,
        "hours": 0.03,
        "days": 2,
        "articles_per_hour": 60.0,
        "articles_per_day": 1.0,
        "expected_end": people["Amal"]["expected_end"],
    }
    end = datetime.fromisoformat(people["Amal"]["expected_end"]).date()
    assert 3 <= (end - datetime.now().astimezone().date()).days <= 6
    assert people["Bilal"]["states"]["in_progress"] == 1
    assert people["Bilal"]["expected_end"] is None
    text = run("progress", path).text
    assert text.startswith("Amal\nAssigned articles  5\n")
    assert "Articles a day" in text
    assert text.endswith("Expected end       unknown\n")


def test_by_day(path: Path, run: Run) -> None:
    days = run("progress", path, "--by", "day", "--json").json["days"]
    assert [[*day["annotators"]] for day in days] == [["Amal"], ["Amal", "Bilal"]]
    assert days[0]["annotators"]["Amal"] == {"articles": 1, "spans": 1, "edits": 3, "hours": 0.02}
    lines = run("progress", path, "--by", "day").text.splitlines()
    assert lines[0].split()[0] == "Day"
    assert [line.split()[-1] for line in lines[1:]] == ["Amal", "Amal", "Bilal"]


def test_adjudication_counts_for_whoever_decided(path: Path, run: Run) -> None:
    with Corpus.open(path) as corpus:
        work(corpus, 2, "Bilal", NOW)
        gold_name = create_gold(corpus)
        uid = corpus.article(2).uid
        for start, (seconds, name) in enumerate(((0, AGREED_STEP), (100, DECIDE_STEP), (136, DECIDE_STEP))):
            decision = Decision(new_uid(), uid, gold_name, start, start + 1, "none", "[]")
            time = (NOW + timedelta(minutes=2, seconds=seconds)).isoformat(timespec="milliseconds")
            corpus.apply(Step(new_uid(), gold_name, time, name, (Edit(None, decision),), actor="Chadi"))
        today = NOW.astimezone().date()
        assert list_articles_edited_on(corpus, "Chadi", today) == [2]
    people = run("progress", path, "--json").json["annotators"]
    assert [*people] == ["Amal", "Bilal", "Chadi"]
    assert (people["Chadi"]["edits"], people["Chadi"]["hours"], people["Chadi"]["articles_per_hour"]) == (2, 0.01, None)
    [_day, day] = run("progress", path, "--by", "day", "--json").json["days"]
    assert day["annotators"]["Chadi"] == {"articles": 0, "spans": 0, "edits": 2, "hours": 0.01}


def test_by_batch(path: Path, run: Run) -> None:
    [batch] = run("progress", path, "--by", "batch", "--json").json["batches"]
    assert batch["is_blind"] is True
    assert batch["expected_end"] is None  # nobody knows when Bilal will be done
    assert {name: (states["new"], states["done"]) for name, states in batch["annotators"].items()} == {
        "Amal": (3, 2),
        "Bilal": (4, 0),
    }
    text = run("progress", path, "--by", "batch").text
    assert text.startswith("1, blind\nAmal   5 articles  new: 3, done: 2\n")


def test_without_assignments_all_articles_are_everybodys(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "news.corpus"
    with create_corpus(path, *TEXTS) as corpus:
        work(corpus, 1, "Amal", NOW)
    people = run("progress", path, "--json").json["annotators"]
    assert (people["Amal"]["assigned"], people["Amal"]["remaining"]) == (None, 9)
    assert run("progress", path, "--by", "batch", "--json").json == {"batches": []}
