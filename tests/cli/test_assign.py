"""`annotator assign`: who was given what, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus
from cli.sample import Run

from annotator import settings
from annotator.generators import finish
from annotator.model import operations
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.label_set import add_labels
from annotator.store.merging import merge
from annotator.store.queries.assignments import list_assignments, list_batches, list_hidden_articles, list_queue
from annotator.store.recovery.integrity import check_integrity

TEXTS = tuple(f"وصل القطار رقم {number} إلى وجدة" for number in range(20))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_corpus(tmp_path / "news.corpus", *TEXTS).close()
    return tmp_path / "news.corpus"


def test_three_annotators_get_equal_numbers_and_a_share_is_double(path: Path, run: Run) -> None:
    names = ("--annotator", "Amal", "--annotator", "بلال", "--annotator", "Chama")
    ended = run("assign", path, *names, "--double", "20%", "--seed", 7, "--json")
    assert ended.code == 0
    assert ended.json == {"annotators": {"Amal": 8, "بلال": 8, "Chama": 8}, "double": 4, "files": {}}
    with Corpus.open(path) as corpus:
        assert len(list_assignments(corpus)) == 24
        assert set().union(*(list_queue(corpus, name) for name in ("Amal", "بلال", "Chama"))) == set(range(1, 21))
        assert not list_hidden_articles(corpus, "Amal")


def test_the_same_seed_gives_the_same_in_every_copy(path: Path, tmp_path: Path, run: Run) -> None:
    copy = tmp_path / "copy.corpus"
    assert run("backup", path, copy).code == 0
    for corpus in (path, copy):
        assert run("assign", corpus, "--annotator", "A", "--annotator", "B", "--double", "0.25", "--seed", 3).code == 0
    with Corpus.open(path) as first, Corpus.open(copy) as second:
        assert list_assignments(first) == list_assignments(second)
        assert [batch.uid for batch in list_batches(first)] == [batch.uid for batch in list_batches(second)]


def test_what_was_given_out_stays_and_later_articles_follow(path: Path, run: Run) -> None:
    arguments = ("assign", path, "--annotator", "A", "--annotator", "B", "--blind")
    assert run(*arguments, "--each", 4, "--batch", "first", "--json").json == {
        "annotators": {"A": 4, "B": 4},
        "double": 0,
        "files": {},
    }
    with Corpus.open(path) as corpus:
        first = list_assignments(corpus)
        assert set(list_hidden_articles(corpus, "A")) == list_queue(corpus, "A")
    assert run(*arguments, "--json").json["annotators"] == {"A": 6, "B": 6}
    with Corpus.open(path) as corpus:
        assert set(first) <= set(list_assignments(corpus))
        assert [batch.name for batch in list_batches(corpus)] == ["first", date.today().isoformat()]
    ended = run(*arguments)
    assert (ended.code, ended.text) == (0, "nothing was given out: somebody has every article already\n")


def test_what_someone_has_not_done_goes_to_another_one_in_every_copy(path: Path, tmp_path: Path, run: Run) -> None:
    assert run("assign", path, "--annotator", "A", "--annotator", "B").code == 0
    copy = tmp_path / "copy.corpus"
    assert run("backup", path, copy).code == 0
    with Corpus.open(path) as corpus:
        article = min(list_queue(corpus, "A"))
        status = operations.set_state(None, corpus.article(article), "A", "done")
        apply_edits(corpus, status, "A")
        version = corpus.content_version()
    ended = run("assign", path, "--remove", "A", "--annotator", "C", "--json")
    assert ended.json == {"annotators": {"C": 9}, "double": 0, "files": {}, "taken_back": {"A": 9}}
    with Corpus.open(path) as corpus, Corpus.open(copy) as other:
        assert list_queue(corpus, "A") == {article}
        assert len(list_queue(corpus, "C")) == 9
        assert corpus.content_version().last_unassignment > version.last_unassignment
        changeset = read_changeset(corpus)
        finish(merge(corpus, read_changeset(other)))  # which knows nothing of it
        finish(merge(other, changeset))
        for name in "ABC":
            assert list_assignments(other, name) == list_assignments(corpus, name)
        assert list_queue(corpus, "A") == {article}
    assert "A: 0 articles taken back" in run("assign", path, "--remove", "A").text
    repeated = run("assign", path, "--remove", "C", "--annotator", "A", "--json").json
    assert (repeated["annotators"], repeated["taken_back"]) == ({"A": 9}, {"C": 9})
    with Corpus.open(path) as corpus, Corpus.open(copy) as other:
        finish(merge(other, read_changeset(corpus)))
        assert len(list_queue(other, "A")) == 10
    unknown = run("assign", path, "--remove", "D")
    assert (unknown.code, unknown.err) == (2, "annotator: The corpus has no annotator “D”.\n")


def test_articles_that_two_had_go_on_being_with_two(path: Path, run: Run) -> None:
    arguments = ("--annotator", "A", "--annotator", "B", "--annotator", "C", "--double", "50%")
    assert run("assign", path, *arguments, "--json").json["double"] == 10
    with Corpus.open(path) as corpus:
        queues = {name: list_queue(corpus, name) for name in "ABC"}
    ended = run("assign", path, "--remove", "B", "--annotator", "C", "--json").json
    assert ended["taken_back"] == {"B": len(queues["B"])}
    with Corpus.open(path) as corpus:
        assert list_queue(corpus, "A") == queues["A"]
        # But those that were B's and C's, whom nobody else can follow.
        assert list_queue(corpus, "C") == queues["B"] | queues["C"]
    assert ended["annotators"] == {"C": len(queues["B"] - queues["C"])}
    assert ended["double"] == len(queues["A"] & queues["B"])


def test_people_read_who_got_what(path: Path, run: Run) -> None:
    ended = run("assign", path, "--annotator", "A", "--annotator", "B", "--double", "5%")
    assert ended.text.split("\n")[:2] in (["A  11 articles", "B  10 articles"], ["A  10 articles", "B  11 articles"])
    assert ended.text.endswith("1 of the articles is with two annotators\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--annotator"),
        (("--annotator", " "), "An annotator must have a name."),
        (("--annotator", "A", "--double", "10%"), "articles for two need two annotators"),
        (("--annotator", "A", "--annotator", "B", "--double", "ten"), "“ten” is no share"),
        (("--annotator", "A", "--annotator", "B", "--double", "110%"), "“110%” is no share"),
    ],
)
def test_what_cannot_be_given_out_is_refused(path: Path, run: Run, arguments: tuple[str, ...], message: str) -> None:
    ended = run("assign", path, *arguments)
    assert ended.code == 2
    assert message in ended.err
    with Corpus.open(path) as corpus:
        assert not list_assignments(corpus)


def test_nothing_is_given_to_the_gold_layer(path: Path, run: Run) -> None:
    assert run("adjudicate", path, "--agreed").code == 0
    ended = run("assign", path, "--annotator", "gold")
    assert (ended.code, ended.err) == (2, "annotator: “gold” is the name of the gold layer. Use another name.\n")


def test_a_file_to_send_has_ones_own_articles_and_work_alone(path: Path, tmp_path: Path, run: Run) -> None:
    with Corpus.open(path) as corpus:
        add_labels(corpus, ["CITY"])
        for number, name in ((1, "A"), (2, "B"), (3, "Lead")):
            article = corpus.article(number)
            apply_edits(corpus, operations.add_span(article, [], name, "CITY", 0, 3), name)
        article = corpus.article(1)
        zone = operations.mark_zone(article, [], "headline", 0, 4)
        apply_edits(corpus, [*zone, *operations.begin_article(None, article, "Lead")], "Lead", name="zone")
        apply_edits(corpus, operations.set_title(None, article, "القطار"), "Lead", name="title")
    folder = tmp_path / "new" / "to-send"
    ended = run(
        "assign", path, folder, "--annotator", "A", "--annotator", "B/C", "--annotator", "B", "--blind", "--json"
    )
    assert (ended.code, ended.err) == (0, "")
    files = {name: Path(file) for name, file in ended.json["files"].items()}
    assert files == {"A": folder / "A.corpus", "B/C": folder / "B_C.corpus", "B": folder / "B.corpus"}
    assert sorted(folder.iterdir()) == sorted(files.values())
    with Corpus.open(path) as corpus, Corpus.open(files["A"]) as part:
        uids = {assignment.article for assignment in list_assignments(corpus, "A")} | {corpus.article(1).uid}
        assert {part.article(number).uid for number in range(1, len(uids) + 1)} == uids
        assert list_assignments(part) == [
            assignment for assignment in list_assignments(corpus) if assignment.annotator == "A"
        ]
        assert list_batches(part) == list_batches(corpus)
        assert part.labels() == corpus.labels()
        assert part.annotators_with_spans() == ["A"]
        uid = corpus.article(1).uid
        assert part.spans(uid) == corpus.spans(uid, "A")
        assert part.history(uid, "A") == corpus.history(uid, "A")
        assert part.history(uid, "Lead") == [step for step in corpus.history(uid, "Lead") if step.name == "title"]
        assert (part.zones(uid), part.title(uid)) == (corpus.zones(uid), corpus.title(uid))
        assert part.status(uid, "Lead") is None
        identities = "SELECT uid FROM identity WHERE annotator = 'A'"
        assert part.fetch_tuples(identities) == corpus.fetch_tuples(identities)
        assert list(check_integrity(part)) == []
    with Corpus.open(files["B"]) as part:
        assert part.annotators_with_spans() == ["B"]


def test_work_done_in_a_file_that_was_sent_comes_back(path: Path, tmp_path: Path, run: Run) -> None:
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        for change in ((0, 4), (0, 5)):
            zones = corpus.zones(article.uid)
            apply_edits(corpus, operations.mark_zone(article, zones, "headline", *change), "Lead", name="zone")
    assert run("assign", path, tmp_path, "--annotator", "A").code == 0
    with Corpus.open(tmp_path / "A.corpus") as part, Corpus.open(path) as corpus:
        uid = article.uid
        assert part.zones(uid) == corpus.zones(uid)
        apply_edits(part, operations.add_span(part.article(uid), [], "A", "DATE", 0, 3), "A")
        result = finish(merge(corpus, read_changeset(part)))
        assert (result.steps, result.conflicts, result.people) == (1, (), {"A": "A"})
        assert corpus.spans(uid) == part.spans(uid)
        assert corpus.zones(uid) == part.zones(uid)
        assert list(check_integrity(corpus)) == []


def test_no_file_is_replaced_and_nothing_given_out_then(path: Path, tmp_path: Path, run: Run) -> None:
    existing = tmp_path / "b.corpus"
    existing.write_bytes(b"mine")
    ended = run("assign", path, tmp_path, "--annotator", "a", "--annotator", "b")
    assert ended.code == 2
    assert "already exists" in ended.err
    assert existing.read_bytes() == b"mine"
    assert not (tmp_path / "a.corpus").exists()
    with Corpus.open(path) as corpus:
        assert not list_assignments(corpus)


def test_files_are_written_once_more_of_what_was_given_out_before(path: Path, tmp_path: Path, run: Run) -> None:
    arguments = ("--annotator", "A", "--annotator", "a", "--annotator", "ب:")
    assert run("assign", path, *arguments).code == 0
    ended = run("assign", path, tmp_path / "later", *arguments)
    assert ended.code == 0
    assert "nothing was given out" in ended.text
    names = sorted(file.name for file in (tmp_path / "later").iterdir())
    assert names == ["A.corpus", "a (2).corpus", "ب_.corpus"]
    assert "A.corpus: 7 articles" in ended.text or "A.corpus: 6 articles" in ended.text


def test_a_file_of_ones_own_keeps_the_name_that_an_older_version_gave_another_uid(
    path: Path, tmp_path: Path, run: Run
) -> None:
    name = settings.load().annotator_name
    assert run("assign", path, "--annotator", name).code == 0
    with Corpus.open(path) as corpus, corpus.transaction():
        corpus.db.execute("UPDATE identity SET uid = 'old' WHERE annotator = ?", (name,))
    assert run("assign", path, tmp_path / "out", "--annotator", name).code == 0
    with Corpus.open(tmp_path / "out" / f"{name}.corpus") as part:
        assert part.annotators() == [name]
        assert ("old",) in part.fetch_tuples("SELECT uid FROM identity")
