"""Writing changes, and merging changesets and corpora, from the command line."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders import apply_edits, create_corpus
from cli.sample import Run
from msgspec.structs import replace
from team.changesets import change_lines, encode

from annotator.model.article_builder import build_article
from annotator.model.changeset import Changeset
from annotator.model.records import DONE, Edit, Span, Status, article_uid, new_uid
from annotator.store import backups
from annotator.store.backups import BEFORE_MERGE
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import list_queue
from annotator.store.schema import VERSION

TEXT = "قالت وزارة الصحة إن الخطة ستنجز في 2030"
UID = article_uid(TEXT)
VERSIONS = Path(__file__).parents[1] / "store" / "versions"


@pytest.fixture
def use_computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Return a function after which the program runs on the computer of this name."""
    return lambda name: monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / name))


@pytest.fixture
def ours(tmp_path: Path, use_computer: Callable[[str], None]) -> Iterator[Path]:
    """Create a corpus in which Salma has labelled an article."""
    use_computer("our home")
    with create_corpus(tmp_path / "ours.corpus", TEXT) as corpus:
        tag(corpus, "سلمى", "INSTITUTION", 5, 16)
    yield corpus.path
    use_computer("our home")


@pytest.fixture
def theirs(tmp_path: Path, use_computer: Callable[[str], None], ours: Path) -> Path:
    """Create a corpus on another computer, with the same article, another one, and the work of two."""
    use_computer("their home")
    with create_corpus(tmp_path / "theirs.corpus", TEXT, "مقال آخر") as corpus:
        tag(corpus, "يوسف", "DATE", 35, 39)
        tag(corpus, "سلمى", "PLAN", 20, 25)
        apply_edits(corpus, [Edit(None, Status(UID, "يوسف", DONE))], "يوسف", name="state")
    use_computer("our home")
    return corpus.path


def tag(corpus: Corpus, annotator: str, label: str, start: int, end: int) -> Span:
    """Label a range as a step of this annotator."""
    span = Span(new_uid(), UID, annotator, label, start, end)
    apply_edits(corpus, [Edit(None, span)], annotator)
    return span


def read_layers(path: Path) -> dict[str, list[str]]:
    """Return the labels of each annotator in the shared article."""
    with Corpus.open(path, readonly=True) as corpus:
        return {name: [span.label for span in corpus.spans(UID, name)] for name in corpus.annotators()}


def test_a_changeset_is_written_and_merged(ours: Path, theirs: Path, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "من يوسف.changeset"
    written = run("changes", theirs, file, "--annotator", "يوسف", "--json")
    assert (written.code, written.json) == (0, {"steps": 2, "articles": 1, "bytes": file.stat().st_size})
    merged = run("merge", ours, file, "--json")
    assert (merged.code, merged.err) == (0, "")
    assert merged.json["annotators"] == {"يوسف": "يوسف"}
    assert (merged.json["steps"], merged.json["articles"], merged.json["conflicts"]) == (2, 0, [])
    assert read_layers(ours) == {"سلمى": ["INSTITUTION"], "يوسف": ["DATE"]}
    [backup] = backups.list_backups(ours)
    assert (backup.reason, str(backup.path)) == (BEFORE_MERGE, merged.json["backup"])
    repeated = run("merge", ours, file, file, "--json")
    assert (repeated.code, repeated.json["steps"], repeated.json["backup"]) == (0, 0, None)
    assert len(backups.list_backups(ours)) == 1


def test_what_the_others_have_is_left_out(theirs: Path, tmp_path: Path, run: Run) -> None:
    wednesday, thursday = tmp_path / "wednesday.changeset", tmp_path / "thursday.changeset"
    assert run("changes", theirs, wednesday, "--json").json["steps"] == 3
    with Corpus.open(theirs) as corpus:
        tag(corpus, "يوسف", "PLAN", 20, 25)
    for since in (wednesday, theirs):
        written = run("changes", theirs, thursday, "--since", since, "--json")
        assert (written.code, written.json["steps"]) == (0, 1 if since == wednesday else 0)
        thursday.unlink()
    assert "1 step, 1 article written to" in run("changes", theirs, thursday, "--since", wednesday).text


def test_nothing_is_overwritten_and_nothing_half_written(theirs: Path, tmp_path: Path, run: Run) -> None:
    assert run("changes", theirs, theirs).code == 2
    file = tmp_path / "a.changeset"
    for arguments in (("--annotator", "ليلى"), ("--since", tmp_path / "none"), ("--since", tmp_path)):
        completed = run("changes", theirs, file, *arguments)
        assert (completed.code, completed.err.count("\n")) == (2, 1)
        assert not file.exists()
    assert run("changes", tmp_path / "none.corpus", file).code == 2


def test_a_whole_corpus_is_merged_and_stays_as_it_is(ours: Path, theirs: Path, run: Run) -> None:
    before = theirs.read_bytes()
    completed = run("merge", ours, theirs)
    assert completed.code == 0
    assert completed.text.startswith("merged: 3 steps, 1 new article, 0 conflicts\nBackup made before: ")
    assert theirs.read_bytes() == before
    assert run("list", ours, "--json").json[1]["title"] == "مقال آخر"


def test_two_people_of_one_name_are_apart_until_somebody_says_otherwise(ours: Path, theirs: Path, run: Run) -> None:
    dry = run("merge", ours, theirs, "--dry-run", "--json")
    assert (dry.code, dry.json["annotators"], dry.json["backup"]) == (0, {"يوسف": "يوسف", "سلمى": "سلمى (2)"}, None)
    assert "“سلمى” is taken for another person" in dry.err
    assert 'merge with --same "سلمى=سلمى".' in dry.err
    assert dry.json["same_names"] == [{"path": str(theirs), "theirs": "سلمى", "ours": "سلمى (2)"}]
    assert read_layers(ours) == {"سلمى": ["INSTITUTION"]}
    same = run("merge", ours, theirs, "--same", "سلمى=سلمى", "--dry-run", "--json")
    assert (same.err, same.json["annotators"]) == ("", {"يوسف": "يوسف", "سلمى": "سلمى"})
    apart = run("merge", ours, theirs, "--apart", "سلمى", "--json")
    assert (apart.code, apart.err, apart.json["same_names"]) == (0, "", [])
    assert read_layers(ours) == {"سلمى": ["INSTITUTION"], "يوسف": ["DATE"], "سلمى (2)": ["PLAN"]}
    assert run("merge", ours, theirs).err == ""  # known by now


def test_a_dry_run_needs_no_right_to_write(ours: Path, theirs: Path, run: Run) -> None:
    before = ours.read_bytes()
    ours.chmod(0o444)
    dry = run("merge", ours, theirs, "--dry-run")
    assert (dry.code, dry.text.splitlines()[0]) == (0, "to merge: 3 steps, 1 new article, 0 conflicts")
    assert ours.read_bytes() == before
    ours.chmod(0o644)
    (ours.parent / "text.corpus").write_text("text")
    for name in ("none.corpus", "text.corpus"):
        ended = run("merge", ours.parent / name, theirs, "--dry-run")
        assert ended.code == 2
        assert str(ours.parent / name) in ended.err


def test_one_person_of_two_names_is_joined(ours: Path, theirs: Path, run: Run) -> None:
    completed = run("merge", ours, theirs, "--same", "يوسف=سلمى", "--apart", "سلمى", "--json")
    assert (completed.code, completed.json["annotators"]["يوسف"]) == (0, "سلمى")
    assert read_layers(ours)["سلمى"] == ["INSTITUTION", "DATE"]
    unknown = run("merge", ours, theirs, "--same", "يوسف=ليلى")
    assert (unknown.code, unknown.err) == (2, "annotator: The corpus has no annotator “ليلى”.\n")
    assert run("merge", ours, theirs, "--same", "يوسف").code == 2


def test_people_kept_apart_are_joined_later_and_a_copy_learns_it(
    ours: Path, theirs: Path, tmp_path: Path, run: Run
) -> None:
    completed = run("merge", ours, theirs)
    assert 'say so afterwards: annotator merge CORPUS --same "سلمى (2)=سلمى"' in completed.err
    copy = tmp_path / "copy.corpus"
    run("backup", ours, copy)
    dry = run("merge", ours, "--same", "سلمى (2)=سلمى", "--dry-run", "--json")
    assert (dry.json["joined"], dry.json["backup"]) == ({"سلمى (2)": "سلمى"}, None)
    assert set(read_layers(ours)) == {"سلمى", "يوسف", "سلمى (2)"}
    joined = run("merge", ours, "--same", "سلمى (2)=سلمى", "--json")
    assert (joined.code, joined.json["joined"]) == (0, {"سلمى (2)": "سلمى"})
    assert Path(joined.json["backup"]).exists()
    assert read_layers(ours) == {"سلمى": ["INSTITUTION", "PLAN"], "يوسف": ["DATE"]}
    learned = run("merge", copy, ours)
    assert "سلمى (2) and سلمى are one person: their work is put together." in learned.text
    assert read_layers(copy) == read_layers(ours)
    assert run("merge", copy, ours, "--json").json["joined"] == {}
    assert run("merge", ours, "--same", "سلمى (2)=سلمى").code == 2  # there is no such annotator any more
    assert run("merge", ours).code == 2


def test_new_articles_come_with_what_came_since(ours: Path, theirs: Path, tmp_path: Path, run: Run) -> None:
    wednesday, thursday = tmp_path / "wednesday.changeset", tmp_path / "thursday.changeset"
    run("changes", theirs, wednesday)
    run("merge", ours, wednesday)
    with Corpus.open(theirs) as corpus:
        corpus.add(build_article("مقال ثالث"))
    run("assign", theirs, "--annotator", "منى")
    written = run("changes", theirs, thursday, "--since", wednesday, "--json")
    assert (written.json["steps"], written.json["articles"]) == (0, 1)
    merged = run("merge", ours, thursday, "--json")
    assert (merged.code, merged.json["articles"]) == (0, 1)
    with Corpus.open(ours, readonly=True) as corpus:
        assert len(list_queue(corpus, "منى")) == 2  # of three, one was done


def test_a_refused_file_is_named_and_the_others_are_merged(ours: Path, theirs: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.changeset").write_text("text")
    (tmp_path / "b.changeset").write_bytes(encode(Changeset("9.9"))[:-4])
    completed = run("merge", ours, tmp_path / "a.changeset", theirs, tmp_path / "b.changeset", tmp_path / "c", "--json")
    assert (completed.code, completed.json["steps"], len(completed.json["files"])) == (1, 3, 1)
    lines = [line.removeprefix(f"annotator: {tmp_path}{os.sep}") for line in completed.err.splitlines()]
    assert lines[:2] == [
        "a.changeset: This is not a changeset.",
        "b.changeset: It is incomplete or was damaged on the way: ask for it to be sent again.",
    ]
    assert lines[2].startswith("c: ")
    codes = [(Path(refusal["path"]).name, refusal["code"]) for refusal in completed.json["skipped"]]
    assert codes == [("a.changeset", "not_a_changeset"), ("b.changeset", "damaged_file"), ("c", "file_not_found")]


@pytest.mark.parametrize("version", range(1, VERSION))
def test_a_corpus_of_an_older_version_is_merged_in_a_copy(ours: Path, tmp_path: Path, run: Run, version: int) -> None:
    old = tmp_path / "old.corpus"
    old.write_bytes((VERSIONS / f"v{version}.corpus").read_bytes())
    before = {path.name for path in tmp_path.iterdir()}
    with closing(sqlite3.connect(old)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE name = 'conflict'")]
        own_conflicts = [step for name in tables for (step,) in db.execute(f"SELECT step FROM {name}")]
    completed = run("merge", ours, old, "--json")
    assert (completed.code, [conflict["step"] for conflict in completed.json["conflicts"]]) == (0, own_conflicts)
    assert completed.json["steps"] > 0
    assert old.read_bytes() == (VERSIONS / f"v{version}.corpus").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == before
    assert backups.list_backups(old) == []
    assert run("merge", ours, old, "--json").json["steps"] == 0


def test_a_corpus_of_a_newer_version_is_refused(ours: Path, theirs: Path, run: Run) -> None:
    with Corpus.open(theirs) as corpus:
        corpus.db.execute(f"PRAGMA user_version = {VERSION + 1}")
    completed = run("merge", ours, theirs, "--json")
    assert (completed.code, completed.json["steps"]) == (1, 0)
    assert "was made by a newer version of this program" in completed.err
    assert [refusal["code"] for refusal in completed.json["skipped"]] == ["newer_version"]


@pytest.fixture
def laptop(ours: Path, tmp_path: Path, run: Run, use_computer: Callable[[str], None]) -> Path:
    """Create a copy of our corpus on a laptop, in which Salma moved the span that she removed in ours."""
    copy = tmp_path / "laptop.corpus"
    assert run("backup", ours, copy).code == 0
    with Corpus.open(ours) as corpus:
        [span] = corpus.spans(UID)
        apply_edits(corpus, [Edit(span, None)], "سلمى", name="remove")
    use_computer("laptop")
    with Corpus.open(copy) as corpus:
        [span] = corpus.spans(UID)
        moved = Span(span.uid, UID, "سلمى", "INSTITUTION", 5, 10)
        apply_edits(corpus, [Edit(None, Status(UID, "سلمى", DONE))], "سلمى", name="state")
        apply_edits(corpus, [Edit(span, moved)], "سلمى", name="resize")
    use_computer("our home")
    return copy


def test_a_conflict_is_listed(ours: Path, laptop: Path, run: Run) -> None:
    completed = run("merge", ours, laptop, "--json")
    [conflict] = completed.json["conflicts"]
    assert completed.code == 0
    assert (conflict["article"], conflict["uid"]) == (1, UID)
    assert (conflict["annotator"], conflict["author"]) == ("سلمى", "سلمى")
    assert (conflict["message"], conflict["code"]) == ("Somebody else removed it.", "removed_by_others")
    assert completed.json["skipped"] == []


def test_a_conflict_is_told_with_its_author_and_where_to_decide_it(ours: Path, laptop: Path, run: Run) -> None:
    completed = run("merge", ours, laptop)
    _summary, conflict, where, _backup = completed.text.splitlines()
    assert conflict.split("  ")[-3:] == ["1", "سلمى", "Somebody else removed it."]
    assert where.endswith("Corpus > Team > Conflicts.")


def test_steps_with_a_label_that_nothing_describes_are_named_and_the_rest_is_merged(
    ours: Path, theirs: Path, tmp_path: Path, run: Run
) -> None:
    with Corpus.open(theirs) as corpus:
        changeset = read_changeset(corpus)
    labels = [edit for edit in changeset.label_edits if edit.after and edit.after.label.name != "PLAN"]
    file = tmp_path / "a.changeset"
    file.write_bytes(encode(replace(changeset, label_edits=tuple(labels))))
    completed = run("merge", ours, file, "--apart", "سلمى", "--json")
    assert (completed.code, completed.json["steps"]) == (1, 2)
    [line] = completed.err.splitlines()
    assert "a.changeset: 1 step was left out because the file does not describe its label “PLAN”." in line
    assert line.endswith("Ask whoever sent the file to save it again, and merge that one.")
    assert read_layers(ours) == {"سلمى": ["INSTITUTION"], "يوسف": ["DATE"], "سلمى (2)": []}
    assert run("merge", ours, theirs, "--json").json["steps"] == 1  # what describes it
    assert read_layers(ours)["سلمى (2)"] == ["PLAN"]


def test_steps_that_need_a_newer_program_are_named(ours: Path, theirs: Path, tmp_path: Path, run: Run) -> None:
    def add_news(lines: list[dict[str, Any]]) -> None:
        lines[0]["changeset"]["needs"].append("link")
        *_lines, step = lines
        step["step"]["edits"].append({"before": None, "after": {"type": "link", "article": UID}})

    with Corpus.open(theirs) as corpus:
        changeset = read_changeset(corpus)
    file = tmp_path / "a.changeset"
    file.write_bytes(change_lines(add_news, changeset))
    completed = run("merge", ours, file, "--json")
    [left_out] = completed.json["files"][0]["newer_steps"]
    assert (completed.code, completed.json["steps"], left_out) == (1, 2, changeset.steps[-1].uid)
    assert f"a.changeset: step {left_out} needs a newer version of the program" in completed.err


def test_steps_without_their_article_wait_for_it(ours: Path, theirs: Path, tmp_path: Path, run: Run) -> None:
    with Corpus.open(theirs) as corpus:
        changeset = replace(read_changeset(corpus), articles=())
    file = tmp_path / "a.changeset"
    file.write_bytes(encode(changeset))
    with create_corpus(tmp_path / "empty.corpus"):
        pass
    completed = run("merge", tmp_path / "empty.corpus", file)
    assert completed.code == 1
    text = f"3 steps wait for 1 article that is neither here nor in the file ({UID[:12]}): once they are here"
    assert f"a.changeset: {text}" in completed.err
    completed = run("merge", tmp_path / "empty.corpus", file, theirs, "--json")  # brings it
    assert (completed.code, completed.err, completed.json["steps"]) == (0, "", 3)


def test_an_export_that_was_imported_is_of_one_person(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its spans keep their uids, which cannot be of two."""
    (tmp_path / "a.txt").write_text("أعلنت وزارة الصحة خطة يوم 12 ماي 2014.", encoding="utf-8")
    name = ["--annotator", "سلمى"]
    assert run("import", tmp_path / "a.corpus", tmp_path / "a.txt").code == 0
    assert run("suggest", tmp_path / "a.corpus", "--source", "dates", "--accept", *name).code == 0
    assert run("export", tmp_path / "a.corpus", tmp_path / "b.jsonl", "--format", "jsonl", "--state", "all").code == 0
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "another computer"))
    assert run("import", tmp_path / "b.corpus", tmp_path / "b.jsonl").code == 0
    ended = run("merge", tmp_path / "b.corpus", tmp_path / "a.corpus")
    assert (ended.code, ended.err.count("\n")) == (2, 1), ended.err
    assert "one person" in ended.err
    assert run("merge", tmp_path / "b.corpus", tmp_path / "a.corpus", "--same", "سلمى=سلمى").code == 0
