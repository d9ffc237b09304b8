"""Imports of partly valid or damaged files: the valid articles are complete, or nothing is imported."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from fuzzing.mutating import mutations
from fuzzing.seeds import SEPARATOR, build_seeds
from fuzzing.targets import is_available
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import reduce_count

from annotator.formats import registry
from annotator.generators import finish
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.model.labels import default_labels
from annotator.model.reasons import Code
from annotator.model.records import article_uid
from annotator.store.corpus import Corpus

LABELS = default_labels()
SEEDS = build_seeds()
FORMATS = [format_.name for format_ in registry.READ_FORMATS if is_available(format_.name)]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    corpus = Corpus.create(tmp_path / "my.corpus", LABELS)
    yield corpus
    corpus.close()


def count_articles(corpus: Corpus) -> int:
    """Return the number of articles, each of which must be complete."""
    count = 0
    for (uid,) in corpus.fetch_tuples("SELECT uid FROM article"):
        text = corpus.article(uid).text
        assert uid == article_uid(text)
        for start, end in corpus.fetch_tuples('SELECT start, "end" FROM span WHERE article = ?', uid):
            assert 0 <= start < end <= len(text)
        count += 1
    assert [row[0] for row in corpus.fetch_tuples("PRAGMA integrity_check")] == ["ok"]
    assert [*corpus.fetch_tuples("SELECT 1 FROM span WHERE article NOT IN (SELECT uid FROM article)")] == []
    return count


def write_file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / f"a{registry.get_format(name).suffixes[0]}"
    if name == "brat":
        data, _separator, text = data.partition(SEPARATOR)
        path.with_suffix(".txt").write_bytes(text)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_import_of_any_bytes_ends_with_complete_articles(name: str) -> None:
    @settings(max_examples=reduce_count(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(mutations(SEEDS[name]), st.booleans())
    def check(data: bytes, strict: bool) -> None:
        with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder, "my.corpus"), LABELS) as corpus:
            path = write_file(Path(folder), name, data)
            labels = LabelMapping(added=None)
            options = ImportOptions(ReadOptions(name), annotator="ليلى", labels=labels, strict=strict)
            result = finish(import_paths(corpus, [path], options))
            count = count_articles(corpus)
            assert count == result.added
            if strict and result.skipped:
                assert count == 0

    check()


GOOD_LINES = [
    {"text": f"وزارة رقم {index}", "spans": [{"start": 0, "end": 5, "label": "INSTITUTION"}]} for index in range(250)
]
BAD_LINES = [
    b"\0",
    b"{",
    b'{"text": 1}',
    b"\xff\xfe",
    b'{"text": "a", "spans": ' + b"[" * 5000,
    b'{"text": "\\ud800"}',
    b"[]",
]


@pytest.mark.parametrize("bad", BAD_LINES)
@pytest.mark.parametrize("index", [0, 120, 250])
def test_an_invalid_line_is_skipped_and_the_rest_imported(
    corpus: Corpus, tmp_path: Path, bad: bytes, index: int
) -> None:
    lines = [msgspec.json.encode(line) for line in GOOD_LINES]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*lines[:index], bad, *lines[index:]]))
    result = finish(import_paths(corpus, [path], ImportOptions(ReadOptions("jsonl"), annotator="ليلى")))
    assert (result.added, result.spans, [refusal.line for refusal in result.skipped]) == (250, 250, [index + 1])
    assert count_articles(corpus) == 250


@pytest.mark.parametrize("bad", BAD_LINES)
def test_strict_import_with_an_invalid_line_adds_nothing(corpus: Corpus, tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*map(msgspec.json.encode, GOOD_LINES), bad]))
    result = finish(import_paths(corpus, [path], ImportOptions(ReadOptions("jsonl"), annotator="ليلى", strict=True)))
    assert (result.added, len(result.skipped), count_articles(corpus)) == (0, 1, 0)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
@pytest.mark.parametrize("strict", [False, True])
def test_a_stopped_import_leaves_complete_articles(corpus: Corpus, tmp_path: Path, steps: int, strict: bool) -> None:
    for number in (1, 2):
        lines = ({**line, "text": f"{line['text']} {number}"} for line in GOOD_LINES)
        (tmp_path / f"{number}.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    job = import_paths(
        corpus, [tmp_path / "1.jsonl", tmp_path / "2.jsonl"], ImportOptions(annotator="ليلى", strict=strict)
    )
    for _step in itertools.islice(job, steps):
        pass
    job.close()
    count = count_articles(corpus)
    assert count == 0 if strict else count % 100 == 0
    assert len([*corpus.fetch_tuples("SELECT 1 FROM span")]) == count


def test_import_adds_labels_up_to_the_limit(corpus: Corpus, tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 1, "label": f"L{index}"} for index in range(2500)]
    path = tmp_path / "a.jsonl"
    path.write_bytes(msgspec.json.encode({"text": "نص", "spans": spans}))
    result = finish(import_paths(corpus, [path], ImportOptions(annotator="ليلى", labels=LabelMapping(added=None))))
    assert len(corpus.labels().labels) == 1000
    [refusal] = result.skipped
    assert refusal.code is Code.TOO_MANY_LABELS
    assert "1503 spans" in refusal.reason


def test_remarks_on_a_file_are_limited(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{\n" * 25_000)
    result = finish(import_paths(corpus, [path], ImportOptions(ReadOptions("jsonl"))))
    assert len(result.skipped) == 10_001
    assert {refusal.reason for refusal in result.skipped if not refusal.line} == {
        "There are 15000 more like this in the file."
    }


def test_quotes_of_a_file_are_one_line_without_control_characters(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    label = "a\x1b[2J\n\u2028" + "b" * 5000
    path.write_bytes(msgspec.json.encode({"text": "نص", "spans": [{"start": 0, "end": 2, "label": label}]}))
    (refusal,) = finish(import_paths(corpus, [path], ImportOptions(annotator="ليلى"))).skipped
    assert len(refusal.reason) < 300
    assert len(refusal.reason.splitlines()) == 1
    assert "\x1b" not in refusal.reason


def test_import_reads_files_up_to_the_limit(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.jobs.imports.file_reader.MAX_FILES", 2)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b", "c", "d"):
        (folder / f"{name}.txt").write_text(f"نص {name}", encoding="utf-8")
    result = finish(import_paths(corpus, [folder]))
    assert result.added == 2
    assert [(Path(refusal.path).name, refusal.reason) for refusal in result.skipped] == [
        ("c.txt", "An import reads at most 2 files; this one and the rest were skipped.")
    ]


def test_an_undecodable_file_name_is_reported(corpus: Corpus, tmp_path: Path) -> None:
    path = Path(str(tmp_path / "a\udcff.xyz"))
    try:
        path.write_bytes(b"\x01")
    except (OSError, UnicodeError):
        pytest.skip("no such name can be given here")
    assert len(finish(import_paths(corpus, [path])).skipped) == 1
