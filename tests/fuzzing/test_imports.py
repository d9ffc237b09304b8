"""Whole imports of files that are good in parts, or damaged anywhere: what is good is there, and whole, or nothing."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fuzzing.mutating import mutated
from fuzzing.seeds import SEPARATOR, seeds
from fuzzing.targets import can
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.formats import registry
from annotator.jobs.imports.importer import Imported, Naming, import_paths
from annotator.model.labels import decode
from annotator.model.records import article_uid
from annotator.resources import resource
from annotator.store.corpus import Corpus

LABELS = decode(resource("labels", "default.toml").read_bytes())
SEEDS = seeds()
FORMATS = [format_.NAME for format_ in registry.FORMATS if can(format_.NAME)]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    made = Corpus.create(tmp_path / "my.corpus", LABELS)
    yield made
    made.close()


def done(job: Any) -> Imported:
    while True:
        try:
            next(job)
        except StopIteration as stopped:
            return stopped.value


def whole(corpus: Corpus) -> int:
    """How many articles there are, each of them all there."""
    count = 0
    for uid, text in corpus.tuples("SELECT uid, text FROM article"):
        assert uid == article_uid(text)
        for start, end in corpus.tuples('SELECT start, "end" FROM span WHERE article = ?', uid):
            assert 0 <= start < end <= len(text)
        count += 1
    assert [row[0] for row in corpus.tuples("PRAGMA integrity_check")] == ["ok"]
    assert [*corpus.tuples("SELECT 1 FROM span WHERE article NOT IN (SELECT uid FROM article)")] == []
    return count


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / f"a{registry.by_name(name).SUFFIXES[0]}"
    if name == "brat":
        data, _separator, text = data.partition(SEPARATOR)
        path.with_suffix(".txt").write_bytes(text)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_whatever_a_file_holds_an_import_ends_and_leaves_whole_articles(name: str) -> None:
    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(mutated(SEEDS[name]), st.booleans())
    def ends(data: bytes, strict: bool) -> None:
        with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder, "my.corpus"), LABELS) as made:
            path = put(Path(folder), name, data)
            found = done(import_paths(made, [path], name, "ليلى", Naming(added=None), strict=strict))
            count = whole(made)
            assert count == found.added
            if strict and found.skipped:
                assert count == 0

    ends()


GOOD = [{"text": f"وزارة رقم {at}", "spans": [{"start": 0, "end": 5, "label": "INSTITUTION"}]} for at in range(250)]
BAD = [
    b"\0",
    b"{",
    b'{"text": 1}',
    b"\xff\xfe",
    b'{"text": "a", "spans": ' + b"[" * 5000,
    b'{"text": "\\ud800"}',
    b"[]",
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("at", [0, 120, 250])
def test_a_line_that_is_bad_costs_itself_alone(corpus: Corpus, tmp_path: Path, bad: bytes, at: int) -> None:
    lines = [msgspec.json.encode(line) for line in GOOD]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*lines[:at], bad, *lines[at:]]))
    found = done(import_paths(corpus, [path], "jsonl", "ليلى"))
    assert (found.added, found.spans, [refusal.line for refusal in found.skipped]) == (250, 250, [at + 1])
    assert whole(corpus) == 250


@pytest.mark.parametrize("bad", BAD)
def test_with_strict_a_line_that_is_bad_costs_all(corpus: Corpus, tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*map(msgspec.json.encode, GOOD), bad]))
    found = done(import_paths(corpus, [path], "jsonl", "ليلى", strict=True))
    assert (found.added, len(found.skipped), whole(corpus)) == (0, 1, 0)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_stopped_between_leaves_whole_articles(
    corpus: Corpus, tmp_path: Path, steps: int, strict: bool
) -> None:
    for number in (1, 2):
        lines = ({**line, "text": f"{line['text']} {number}"} for line in GOOD)
        (tmp_path / f"{number}.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    job = import_paths(corpus, [tmp_path / "1.jsonl", tmp_path / "2.jsonl"], None, "ليلى", strict=strict)
    for _step in itertools.islice(job, steps):
        pass
    job.close()
    count = whole(corpus)
    assert count == 0 if strict else count % 100 == 0
    assert len([*corpus.tuples("SELECT 1 FROM span")]) == count


def test_of_many_labels_only_so_many_are_added(corpus: Corpus, tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 1, "label": f"L{at}"} for at in range(2500)]
    path = tmp_path / "a.jsonl"
    path.write_bytes(msgspec.json.encode({"text": "نص", "spans": spans}))
    found = done(import_paths(corpus, [path], None, "ليلى", Naming(added=None)))
    assert len(corpus.labels().labels) == 1000
    assert len(found.skipped) == 1001
    assert found.skipped[-1].reason == "503 spans of other labels were not taken"


def test_what_is_said_of_a_file_has_an_end(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{\n" * 25_000)
    found = done(import_paths(corpus, [path], "jsonl"))
    assert len(found.skipped) == 10_001
    assert {refusal.reason for refusal in found.skipped if not refusal.line} == {
        "There are 15000 more of the kind in the file."
    }


def test_what_is_quoted_from_a_file_is_a_line_without_controls(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    label = "a\x1b[2J\n\u2028" + "b" * 5000
    path.write_bytes(msgspec.json.encode({"text": "نص", "spans": [{"start": 0, "end": 2, "label": label}]}))
    (refusal,) = done(import_paths(corpus, [path], None, "ليلى")).skipped
    assert len(refusal.reason) < 300
    assert len(refusal.reason.splitlines()) == 1
    assert "\x1b" not in refusal.reason


def test_no_more_files_are_read_than_can_be_listed(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.jobs.imports.file_reader.FILES", 2)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b", "c", "d"):
        (folder / f"{name}.txt").write_text(f"نص {name}", encoding="utf-8")
    found = done(import_paths(corpus, [folder]))
    assert found.added == 2
    assert [(Path(refusal.path).name, refusal.reason) for refusal in found.skipped] == [
        ("c.txt", "An import reads no more than 2 files, and none from here on.")
    ]


def test_a_name_of_a_file_that_is_no_text_is_said(corpus: Corpus, tmp_path: Path) -> None:
    path = Path(str(tmp_path / "a\udcff.xyz"))
    try:
        path.write_bytes(b"\x01")
    except (OSError, UnicodeError):
        pytest.skip("no such name can be given here")
    assert len(done(import_paths(corpus, [path])).skipped) == 1
