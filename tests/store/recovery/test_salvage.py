"""Tests of salvage: damaged files are detected, and only original content is salvaged."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest
from builders import apply_edits, build_label_set, execute_unchecked
from hypothesis import given
from hypothesis import strategies as st

from annotator.generators import finish
from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.records import BODY, DONE, HEADLINE, Edit, Span, Status, Suggestion, Zone, new_uid
from annotator.store import backups
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, ExistingCorpus, NewerCorpus, NotACorpus
from annotator.store.merging import merge
from annotator.store.numbered_tables import STORED, VIEWS
from annotator.store.queries.article_list import load_all_summaries
from annotator.store.queries.search import find_article_numbers
from annotator.store.recovery.integrity import check_integrity
from annotator.store.recovery.page_reader import CorruptPage, PageReader
from annotator.store.recovery.salvage import SalvageResult, salvage
from annotator.store.restoring import restore
from annotator.store.schema import UNKNOWN_TIME
from annotator.store.text_compression import compress_text

LABELS: Final = build_label_set("DATE", "INSTITUTION", "PLAN")
ARTICLES: Final = 16
SIZE: Final = 4096
TABLES: Final = (
    *("article", "label", "annotator", "zone", "span", "status", "note", "title", "removal", "place", "edit"),
    *("rejection", "identity", "label_edit", "conflict", "resolution", "batch", "assignment", "unassignment"),
    "decision",
)
VERSIONS: Final = Path(__file__).parents[1] / "versions"


def text(number: int) -> str:
    random = Random(number)
    words = ["أعلنت", "وزارةُ", "الصحة", "😀", "عن", "خطة", "2024-2030", "لأحزاب", "كـتـاب", "\u200fرأي", "الأغلبية"]
    return f"خبر رقم {number}\n\n" + " ".join(random.choices(words, k=random.randint(60, 900)))


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a corpus of some hundred pages with rows in all tables."""
    path = tmp_path_factory.mktemp("intact") / "a.corpus"
    random = Random(1)
    with Corpus.create(path, LABELS) as corpus:
        for number in range(ARTICLES):
            corpus.add(build_article(text(number), title=f"عنوان {number}", source="fixture"))
        for _number in range(300):
            article, annotator = corpus.article(random.randint(1, ARTICLES - 2)), random.choice(["سميرة", "Omar"])
            layer = corpus.spans(article.uid, annotator)
            match random.randint(0, 9):
                case 0 if layer:
                    apply_edits(corpus, operations.remove_span(random.choice(layer)), annotator)
                case 1 if layer:
                    apply_edits(
                        corpus, operations.describe_span(random.choice(layer), "2024/2030", "ملاحظة 😀"), annotator
                    )
                case 2:
                    undo = history.build_stacks(corpus.history(article.uid, annotator))[0]
                    if undo:
                        last = corpus.step(undo[-1].uid)
                        apply_edits(corpus, history.reverse_step(last), annotator, last.uid)
                case 3:
                    before = corpus.status(article.uid, annotator)
                    apply_edits(corpus, operations.set_state(before, article, annotator, DONE), annotator)
                case _:
                    start = random.randint(12, len(article.text) - 60)
                    try:
                        edits = operations.add_span(
                            article, layer, annotator, random.choice(LABELS.labels).name, start, start + 40
                        )
                    except operations.InvalidEdit:
                        continue
                    apply_edits(corpus, edits, annotator)
        article = corpus.article(2)
        apply_edits(corpus, operations.set_note(None, article, "Omar", "ملاحظة"), "Omar")
        corpus.save_position("Omar", article.uid, 7)
    return path


class Expected:
    """The content of a corpus before it was damaged."""

    def __init__(self, path: Path) -> None:
        with Corpus.open(path, readonly=True) as corpus:
            self.articles = {summary.uid: corpus.article(summary.uid).text for summary in load_all_summaries(corpus)}
            self.spans = {span for uid in self.articles for span in corpus.spans(uid)}
            [(self.edits,)] = corpus.fetch_tuples("SELECT count(*) FROM edit")


@pytest.fixture(scope="module")
def expected(intact: Path) -> Expected:
    return Expected(intact)


def salvage_and_check(path: Path, expected: Expected, backup_paths: tuple[Path, ...] = ()) -> SalvageResult:
    """Salvage a damaged file and check that the result contains only original content."""
    before = {path_.name: path_.read_bytes() for path_ in path.parent.iterdir()}
    target = path.with_name("new.corpus")
    result = finish(salvage(path, target, backup_paths))
    assert isinstance(result, SalvageResult)
    after = {path_.name: path_.read_bytes() for path_ in path.parent.iterdir() if path_.name != "new.corpus"}
    assert after == before
    with Corpus.open(target) as corpus:
        assert list(check_integrity(corpus)) == []
        texts = {path_.uid: corpus.article(path_.uid).text for path_ in load_all_summaries(corpus)}
        assert texts.items() <= expected.articles.items()
        spans = {span for uid in texts for span in corpus.spans(uid)}
        assert (result.articles, result.spans) == (len(texts), len(spans))
        doubtful = {loss.row for loss in result.losses if loss.table == "span" and not loss.lost}
        assert {span for span in spans if span.uid not in doubtful} <= expected.spans
        missing = {span.uid for span in expected.spans} - {span.uid for span in spans}
        assert not missing or any(loss.lost for loss in result.losses)
    assert all("\n" not in loss.message for loss in result.losses)
    return result


def test_intact_file_is_salvaged_completely(intact: Path, expected: Expected, tmp_path: Path) -> None:
    shutil.copyfile(intact, tmp_path / "a.corpus")
    result = salvage_and_check(tmp_path / "a.corpus", expected)
    assert result.losses == ()
    assert result.articles == ARTICLES
    assert result.spans == len(expected.spans) > 60
    with Corpus.open(intact) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        tables = ("label", "zone", "span", "status", "note", "place", "edit", "article", "annotator", "rejection")
        for table in (*tables, "mention JOIN stored_span ON stored_span.id = span"):
            columns = "uid, words" if table.startswith("mention") else "*"
            query = f"SELECT {columns} FROM {table} ORDER BY 1, 2"
            assert salvaged.fetch_tuples(query) == original.fetch_tuples(query), table
        assert find_article_numbers(salvaged, "الصحه") == find_article_numbers(original, "الصحه") != []


def test_log_is_salvaged(intact: Path, expected: Expected, tmp_path: Path) -> None:
    live = tmp_path / "live" / "a.corpus"
    live.parent.mkdir()
    shutil.copyfile(intact, live)
    (tmp_path / "crashed").mkdir()
    with Corpus.open(live) as corpus:
        article = corpus.article(ARTICLES)
        apply_edits(corpus, operations.add_span(article, [], "Omar", "PLAN", 0, 3), "Omar")
        for suffix in ("", "-wal"):  # like after a crash
            shutil.copyfile(live.with_name(live.name + suffix), tmp_path / "crashed" / f"a.corpus{suffix}")
    result = salvage_and_check(tmp_path / "crashed" / "a.corpus", Expected(live))
    assert result.losses == ()
    assert result.spans == len(expected.spans) + 1
    wal = tmp_path / "crashed" / "a.corpus-wal"
    wal.write_bytes(wal.read_bytes()[:-100])  # the last frame is incomplete, and so is the last transaction
    (tmp_path / "crashed" / "new.corpus").unlink()
    result_without_last_step = salvage_and_check(tmp_path / "crashed" / "a.corpus", expected)
    assert result_without_last_step.spans == len(expected.spans)
    assert [loss.message for loss in result_without_last_step.losses if "log" in loss.message]


def root(path: Path, name: str) -> int:
    db = sqlite3.connect(path)
    stored = STORED + name if name in VIEWS else name
    [[page]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (stored,))
    db.close()
    return int(page)


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def overwrite_root(name: str, filling: bytes = b"\xa5") -> Callable[[Path], object]:
    return lambda path: overwrite(path, (root(path, name) - 1) * SIZE, filling * SIZE)


DAMAGE: Final[dict[str, Callable[[Path], object]]] = {
    "the first page": lambda path: overwrite(path, 0, b"\0" * SIZE),
    "the header": lambda path: overwrite(path, 0, b"x" * 100),
    "the magic": lambda path: overwrite(path, 3, b"x"),
    "the page size": lambda path: overwrite(path, 16, b"\x02\x00"),
    "the schema": lambda path: overwrite(path, 100, b"\xff" * (SIZE - 100)),
    "the root of the articles": overwrite_root("article"),
    "the root of the spans": overwrite_root("span"),
    "the root of the edits": overwrite_root("edit", b"\0"),
    "the root of the steps": overwrite_root("stored_step"),
    "the labels": lambda path: [overwrite_root(table)(path) for table in ("label", "label_edit")],
    "the annotators": overwrite_root("annotator", b"\0"),
    "the zones": overwrite_root("zone"),
    "an index": overwrite_root("edit_by_step"),
    "the words": overwrite_root("search_data"),
    "the end": lambda path: path.write_bytes(path.read_bytes()[: -30 * SIZE]),
    "half a page": lambda path: path.write_bytes(path.read_bytes()[: -SIZE // 2]),
    "the last quarter": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4]),
    "zeros in the middle": lambda path: overwrite(path, path.stat().st_size // 3, b"\0" * 20 * SIZE),
}


@pytest.mark.parametrize("part", DAMAGE)
def test_damaged_file_is_detected_and_salvaged(intact: Path, expected: Expected, tmp_path: Path, part: str) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    DAMAGE[part](path)
    if part != "the words":  # can be rebuilt and are not checked on opening
        with pytest.raises(DamagedCorpus) as error_info:
            Corpus.open(path)
        assert "\n" not in str(error_info.value)
    result = salvage_and_check(path, expected)
    if part in ("the first page", "the header", "the magic", "the page size", "the schema"):
        assert result.articles == ARTICLES
        assert result.spans == len(expected.spans)
    if part.startswith("the root of") or part in ("the labels", "the annotators", "an index", "the words"):
        assert result.spans > len(expected.spans) * 0.8
    if part == "the labels":
        messages = [loss.message for loss in result.losses if loss.table == "label" and loss.row]
        assert sorted(messages) == [
            f"The label {name} was recreated without its title and key." for name in ("DATE", "INSTITUTION", "PLAN")
        ]
        with Corpus.open(tmp_path / "new.corpus") as corpus:
            assert {label.name for label in corpus.labels().labels} == {"DATE", "INSTITUTION", "PLAN"}
    if part in ("an index", "the words"):
        assert [loss for loss in result.losses if loss.lost] == []


def test_spans_of_a_lost_table_are_salvaged_from_edits(intact: Path, expected: Expected, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    for number in leaves(path, "span"):
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    result = salvage_and_check(path, expected)
    assert result.spans == len(expected.spans)


def test_spans_without_edits_are_salvaged_and_reported_as_doubtful(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    for number in leaves(path, "edit"):
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    result = salvage_and_check(path, expected)
    assert result.spans == len(expected.spans)
    assert len({loss.row for loss in result.losses if loss.table == "span"}) == result.spans


EDITS: Final = "SELECT * FROM edit ORDER BY id"


def lose_step_pages(path: Path, *tables: str, count: int = 100) -> None:
    """Overwrite so many of the first leaves of the steps, and all of the pages below the roots of these indexes."""
    for number in sorted(leaves(path, "stored_step"))[:count]:
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    for table in tables:
        overwrite_root(table)(path)


def test_lost_steps_keep_their_edits_their_uids_and_their_order(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    path, columns = tmp_path / "a.corpus", ("id", "step", "article", "annotator", "before", "after", "clock")
    shutil.copyfile(intact, path)
    lose_step_pages(path, count=3)
    result = salvage_and_check(path, expected)
    assert (result.edits, result.spans) == (expected.edits, len(expected.spans))
    with Corpus.open(intact) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        query = f"SELECT {', '.join(columns)} FROM edit ORDER BY id"
        assert salvaged.fetch_tuples(query) == original.fetch_tuples(query)
        query = "SELECT DISTINCT step FROM edit WHERE time = ? AND name = 'labels' AND device IS NOT NULL"
        lost_count = len(salvaged.fetch_tuples(query, UNKNOWN_TIME))
        assert 3 < lost_count < 200
    [message] = [loss.message for loss in result.losses if loss.lost]
    assert message == (
        f"Of {lost_count} steps in the edit history, only the edits are left: their times are unknown, and they cannot "
        "be undone."
    )
    assert "3 pages or rows of the table “steps” could not be read." in [loss.message for loss in result.losses]


def test_steps_of_which_nothing_is_left_are_made_anew_in_their_order(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    lose_step_pages(path, "sqlite_autoindex_stored_step_1", "step_by_clock")
    result = salvage_and_check(path, expected)
    assert (result.edits, result.spans) == (expected.edits, len(expected.spans))
    with Corpus.open(intact) as sound, Corpus.open(tmp_path / "new.corpus") as salvaged:
        query = "SELECT id, article, annotator, before, after, clock FROM edit ORDER BY id"
        assert salvaged.fetch_tuples(query) == sound.fetch_tuples(query)
        for uid in expected.articles:
            assert history.build_stacks(salvaged.history(uid, "Omar")) == ([], [])
        spans = "SELECT * FROM span ORDER BY uid"
        before = sound.fetch_tuples(spans)
        assert finish(merge(salvaged, read_changeset(sound))).conflicts == ()
        assert salvaged.fetch_tuples(spans) == before


def test_lost_steps_are_taken_from_a_backup(intact: Path, expected: Expected, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    backup = finish(backups.create_backup(path))
    with Corpus.open(path) as corpus:
        apply_edits(corpus, operations.set_note(None, corpus.article(3), "Omar", "later than the backup"), "Omar")
    lose_step_pages(path)
    result = salvage_and_check(path, expected, (backup.path,))
    assert [loss.message for loss in result.losses if loss.lost] == [
        "Of 1 step in the edit history, only the edits are left: its time is unknown, and it cannot be undone."
    ]
    with Corpus.open(intact) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        assert salvaged.fetch_tuples(EDITS)[:-1] == original.fetch_tuples(EDITS)


def test_lost_steps_of_several_articles_keep_their_annotator(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for number in range(2):
            corpus.add(build_article(text(number)))
        first, second = corpus.article(1), corpus.article(2)
        apply_edits(corpus, operations.set_title(None, first, "عنوان"), "Amal")
        edits = [
            *operations.add_span(first, [], "Omar", "DATE", 0, 3),
            *operations.add_span(second, [], "Omar", "DATE", 0, 3),
        ]
        step = apply_edits(corpus, edits, "Omar")
        apply_edits(corpus, operations.set_title(None, second, "عنوان"), "Amal")
    lose_step_pages(path)
    finish(salvage(path, tmp_path / "new.corpus"))
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.step(step.uid).edits == step.edits
        rows = corpus.fetch_tuples("SELECT annotator, count(*) FROM edit GROUP BY step ORDER BY clock")
        assert rows == [("Amal", 1), ("Omar", len(step.edits)), ("Omar", 1)]  # a title has no annotator
        assert list(check_integrity(corpus)) == []


def test_what_no_edit_names_any_more_gets_a_step_and_travels(intact: Path, tmp_path: Path) -> None:
    path, salvaged_path, sound_path = tmp_path / "a.corpus", tmp_path / "new.corpus", tmp_path / "sound.corpus"
    for copy in (path, sound_path):
        shutil.copyfile(intact, copy)
    with Corpus.open(path) as corpus:
        uid = corpus.article(5).uid
        suggestion = Suggestion(0, 3, "DATE", "memory", 0.9)
        apply_edits(corpus, operations.reject(corpus.article(5), "Omar", suggestion), "Omar")
        apply_edits(corpus, operations.set_title(None, corpus.article(5), "عنوان آخر"), "Omar")
    for number in leaves(path, "edit"):
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    finish(salvage(path, salvaged_path))
    with (
        Corpus.open(salvaged_path) as salvaged,
        Corpus.create(tmp_path / "other.corpus", LABELS) as other,
        Corpus.open(sound_path) as sound,
    ):
        changeset = read_changeset(salvaged)
        result = finish(merge(other, changeset))
        assert (result.steps, result.conflicts) == (len(changeset.steps), ())
        for table in ("span", "status", "note", "title", "rejection"):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert other.fetch_tuples(query) == salvaged.fetch_tuples(query) != []
        assert history.build_stacks(salvaged.history(uid, "Omar")) == ([], [])
        spans = "SELECT * FROM span ORDER BY uid"
        assert other.fetch_tuples(spans) == sound.fetch_tuples(spans)
        assert finish(merge(sound, changeset)).conflicts == ()  # with the steps that the file had lost
        assert other.fetch_tuples(spans) == sound.fetch_tuples(spans)


def leaves(path: Path, table: str) -> list[int]:
    pages, leaf_numbers, stack = PageReader(path), [], [root(path, table)]
    while stack:
        number = stack.pop()
        try:
            stack += pages.read_children(number)
        except CorruptPage:
            leaf_numbers.append(number)
    pages.close()
    return leaf_numbers


def test_spans_are_doubtful_if_a_page_of_another_table_lies_where_the_edits_begin(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    path = tmp_path / "a.corpus"
    content = bytearray(intact.read_bytes())
    _oldest, *newer = leaves(intact, "edit")
    edits, other = (SIZE * (root(intact, table) - 1) for table in ("edit", "_sqlite_migrations"))
    content[edits : edits + SIZE] = content[other : other + SIZE]  # a misdirected write
    for leaf in newer:
        content[SIZE * (leaf - 1) : SIZE * leaf] = bytes(SIZE)
    path.write_bytes(content)
    assert salvage_and_check(path, expected).edits


@pytest.mark.parametrize(
    ("lost", "are_newest"),
    [(["free"], True), (["root"], True), (["free", "root"], False)],
    ids=["the free pages", "the way to the spans", "both"],
)
def test_spans_override_older_edits_unless_they_may_be_deleted(
    tmp_path: Path, lost: list[str], are_newest: bool
) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        spans = [Span(new_uid(), "", "Omar", "DATE", start, start + 5) for start in range(0, 900, 6)]
        corpus.add(build_article("خبر " * 250, zones=[], spans=spans))
        article = corpus.article(1)
        for span in corpus.spans(article.uid):
            apply_edits(corpus, operations.describe_span(span, "2024", ""), "Omar")
    overwrite(path, (leaves(path, "edit")[0] - 1) * SIZE, b"\xa5" * SIZE)  # the last edits
    if "free" in lost:
        overwrite(path, 32, b"\xff" * 4)
    if "root" in lost:
        overwrite_root("span")(path)
    finish(salvage(path, tmp_path / "new.corpus"))
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        salvaged_spans = corpus.spans(article.uid)
    assert len(salvaged_spans) == len(spans)
    assert all(span.value == "2024" for span in salvaged_spans) is are_newest


def test_lost_article_is_taken_from_a_backup(intact: Path, expected: Expected, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    backup = finish(backups.create_backup(path))
    for number in leaves(path, "article")[:3]:
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    result_without_backup = salvage_and_check(path, expected)
    assert result_without_backup.articles < ARTICLES
    assert [loss for loss in result_without_backup.losses if loss.table == "article" and loss.lost]
    (tmp_path / "new.corpus").unlink()
    result = salvage_and_check(path, expected, (backup.path,))
    assert result.articles == ARTICLES
    assert result.spans == len(expected.spans)


@pytest.mark.parametrize("has_backup", [False, True])
def test_article_with_damaged_text_is_reported_by_title_or_taken_from_a_backup(
    intact: Path, expected: Expected, tmp_path: Path, has_backup: bool
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    backup = finish(backups.create_backup(path))
    data, stored_text = path.read_bytes(), compress_text(text(7))
    assert data.count(stored_text) == 1
    middle = len(stored_text) // 2
    damaged_text = stored_text[:middle] + bytes([stored_text[middle] ^ 1]) + stored_text[middle + 1 :]
    path.write_bytes(data.replace(stored_text, damaged_text))
    result = salvage_and_check(path, expected, (backup.path,) if has_backup else ())
    losses = [loss for loss in result.losses if loss.table == "article"]
    if has_backup:
        assert (result.articles, losses) == (ARTICLES, [])
    else:
        assert result.articles == ARTICLES - 1
        assert [(loss.row, loss.lost) for loss in losses][:1] == [("8", True)]
        assert losses[0].message == "Article 8 (“عنوان 7”) is lost: its text is damaged."


def test_article_of_a_backup_gets_a_new_number_if_its_own_is_taken(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    shutil.copyfile(intact, tmp_path / "a.corpus")
    with Corpus.create(tmp_path / "other.corpus", LABELS) as other:
        other.add(build_article("خبر آخر"))
    result = finish(salvage(tmp_path / "a.corpus", tmp_path / "new.corpus", (tmp_path / "other.corpus",)))
    assert result.articles == ARTICLES + 1
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.article(ARTICLES + 1).text == "خبر آخر"
        assert {summary.uid for summary in load_all_summaries(corpus)} > expected.articles.keys()


def test_corpus_of_a_newer_version_is_not_salvaged(intact: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    data = bytearray(path.read_bytes())
    data[63] += 1  # the last byte of user_version
    path.write_bytes(data)
    with pytest.raises(NewerCorpus):
        finish(salvage(path, tmp_path / "new.corpus"))
    assert [path_.name for path_ in tmp_path.iterdir()] == ["a.corpus"]
    for number, application_id in enumerate((1, 0x7FFFFFFF)):  # an unknown application id, or that of another program
        data[68:72] = application_id.to_bytes(4, "big")
        path.write_bytes(data)
        assert finish(salvage(path, tmp_path / f"new{number}.corpus")).articles == ARTICLES


@pytest.mark.posix_only("Windows has no pipes in folders")
def test_what_is_no_file_is_not_salvaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("a.corpus")  # nobody writes into it
    for name in ("a.corpus", "."):
        with pytest.raises(NotACorpus):
            finish(salvage(Path(name), tmp_path / "new.corpus"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


@pytest.mark.parametrize("zones_are_lost", [False, True])
def test_zones_of_a_backup_are_used_only_if_the_article_has_none(
    intact: Path, expected: Expected, tmp_path: Path, zones_are_lost: bool
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    backup = finish(backups.create_backup(path))
    with Corpus.open(backup.path) as other, other.transaction():
        other.db.execute("UPDATE zone SET uid = 'backup ' || uid")
    with Corpus.open(intact, readonly=True) as corpus:
        own = {uid: [zone.uid for zone in corpus.zones(uid)] for uid in expected.articles}
    assert any(own.values())
    for number in leaves(path, "article")[:3]:
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    if zones_are_lost:
        overwrite_root("zone")(path)
        for number in leaves(path, "zone"):
            overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    assert salvage_and_check(path, expected, (backup.path,)).articles == ARTICLES
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        zones = {uid: [zone.uid for zone in corpus.zones(uid)] for uid in expected.articles}
    if not zones_are_lost:
        assert zones == own
    else:
        assert any([f"backup {zone}" for zone in own[uid]] == zones[uid] != [] for uid in zones)


def test_deleted_zones_are_not_restored_from_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article("خبر", zones=[Zone(new_uid(), "", BODY, 0, 3)]))
        backup = finish(backups.create_backup(path))
        article = corpus.article(1).uid
        apply_edits(corpus, [Edit(zone, None) for zone in corpus.zones(article)], "Omar")
    result = finish(salvage(path, tmp_path / "new.corpus", [backup.path]))
    assert result.losses == ()
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.zones(article) == []


def test_changed_span_is_only_doubtful_if_a_first_edit_of_another_span_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article("في سنة 2024 بالرباط"))
        article = corpus.article(1)
        apply_edits(corpus, operations.add_span(article, [], "Omar", "DATE", 0, 2), "Omar")
        apply_edits(corpus, operations.add_span(article, [], "Omar", "DATE", 3, 6), "Omar")
    with closing(sqlite3.connect(path)) as conn, conn:
        (later,) = conn.execute("SELECT max(id) FROM edit").fetchone()
        # The first span's history now begins with a change, so its first edit, perhaps not alone, is missing.
        conn.execute("UPDATE edit SET id = ?, before = json_replace(after, '$.start', 1) WHERE id = 1", [later + 1])
        conn.execute("UPDATE span SET label = 'PLAN' WHERE start = 3")
    result = finish(salvage(path, tmp_path / "new.corpus"))
    assert [loss.lost for loss in result.losses if loss.table == "span"] == [False]
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert [span.label for span in corpus.spans(article.uid)] == ["DATE", "PLAN"]


def test_missing_edits_of_zones_are_recorded_for_an_annotator_who_has_edits(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        zone = Zone(new_uid(), "", BODY, 0, 3)
        corpus.add(build_article("خبر في سنة 2024", zones=[zone], states=[Status("", "Amal", DONE)]))
        article = corpus.article(1)
        apply_edits(corpus, operations.mark_zone(article, corpus.zones(article.uid), HEADLINE, 0, 3), "Omar")
        apply_edits(corpus, operations.add_span(article, [], "Omar", "DATE", 7, 10), "Omar")
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE zone SET kind = 'dateline'")
        conn.execute("UPDATE span SET label = 'PLAN'")
    finish(salvage(path, tmp_path / "new.corpus"))
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        query = "SELECT DISTINCT annotator FROM edit WHERE id > (SELECT max(id) FROM edit WHERE name != 'labels')"
        assert corpus.fetch_tuples(query) == [("Omar",)]


def test_lost_edits_and_labels_are_taken_from_a_backup_with_the_same_history(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    backup = finish(backups.create_backup(path))
    for number in leaves(path, "edit")[1:]:
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    result_without_backup = salvage_and_check(path, expected)
    (tmp_path / "new.corpus").unlink()
    result = salvage_and_check(path, expected, (backup.path,))
    assert result_without_backup.edits < result.edits == Expected(path.with_name("new.corpus")).edits
    with Corpus.open(intact) as corpus:
        assert result.edits == corpus.fetch_tuples("SELECT count(*) FROM edit")[0][0]
    (tmp_path / "new.corpus").unlink()
    with Corpus.open(backup.path) as corpus, corpus.transaction():
        corpus.db.execute("UPDATE edit SET step = 'another' WHERE id = (SELECT max(id) FROM edit)")
        corpus.db.execute("UPDATE edit SET step = 'another' WHERE id = (SELECT min(id) FROM edit)")
    assert salvage_and_check(path, expected, (backup.path,)).edits == result_without_backup.edits
    (tmp_path / "new.corpus").unlink()
    for table in ("label", "label_edit"):
        overwrite_root(table)(path)
    result_with_labels = salvage_and_check(path, expected, (backup.path,))
    assert not [loss for loss in result_with_labels.losses if loss.table == "label" and loss.lost]
    assert "The label PLAN was restored from a backup." in [loss.message for loss in result_with_labels.losses]
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert {label.title["ar"] for label in corpus.labels().labels} == {"DATE", "INSTITUTION", "PLAN"}


def test_lost_labels_are_taken_from_the_record_of_their_changes(
    intact: Path, expected: Expected, tmp_path: Path
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    overwrite_root("label")(path)
    salvage_and_check(path, expected)
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.labels() == LABELS


@pytest.mark.parametrize("after", ["'{'", '\'{"name": "two words"}\'', "NULL"])
def test_damaged_changes_of_labels_are_recorded_anew(
    intact: Path, expected: Expected, tmp_path: Path, after: str
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    execute_unchecked(path, f"UPDATE label_edit SET after = {after} WHERE rowid = 2")
    result = salvage_and_check(path, expected)
    assert [loss.table for loss in result.losses] == ["label_edit"]
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.labels() == LABELS
        assert corpus.fetch_tuples("SELECT count(*) FROM label_edit") == [(3,)]


def test_undo_works_in_a_salvaged_corpus(intact: Path, expected: Expected, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    for number in leaves(path, "edit")[1:3]:
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    salvage_and_check(path, expected)
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        undo_count = 0
        for summary in load_all_summaries(corpus):
            for annotator in corpus.annotators():
                undo, _redo = history.build_stacks(corpus.history(summary.uid, annotator))
                if undo:
                    last = corpus.step(undo[-1].uid)
                    apply_edits(corpus, history.reverse_step(last), annotator, last.uid)
                    undo_count += 1
        assert undo_count
        assert list(check_integrity(corpus)) == []


@pytest.mark.parametrize("version", sorted(int(path.stem[1:]) for path in VERSIONS.glob("v*.corpus")))
def test_intact_file_of_every_version_is_salvaged_completely(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(VERSIONS / f"v{version}.corpus", path)
    result = finish(salvage(path, tmp_path / "new.corpus"))
    assert result.losses == ()
    with Corpus.open(path) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        for table in TABLES:
            query = f"SELECT * FROM {table}"
            assert sorted(salvaged.fetch_tuples(query)) == sorted(original.fetch_tuples(query)), table


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """Create a corpus with a renamed, a dated and a removed article, and one that was restored."""
    path = tmp_path / "edited.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for number in range(4):
            corpus.add(build_article(text(number)))
        renamed, dated, removed, restored = (corpus.article(number) for number in range(1, 5))
        apply_edits(corpus, operations.set_title(None, renamed, "عنوان أول"))
        apply_edits(corpus, operations.set_title(corpus.title(renamed.uid), renamed, "عنوان أخير"))
        apply_edits(corpus, operations.set_published(dated, "2024-07-09"))
        for article in (removed, restored):
            apply_edits(corpus, operations.remove_article(None, article))
        apply_edits(corpus, operations.restore_article(corpus.removal(restored.uid)))
    return path


def _describe_articles(path: Path) -> list[tuple[str | None, str | None, bool]]:
    with Corpus.open(path) as corpus:
        assert list(check_integrity(corpus)) == []
        articles = [corpus.article(number) for number in range(1, 5)]
        return [
            (article.custom_title, article.published, corpus.removal(article.uid) is not None) for article in articles
        ]


EDITED: Final = [("عنوان أخير", None, False), (None, "2024-07-09", False), (None, None, True), (None, None, False)]


def test_titles_dates_and_removals_are_salvaged(edited: Path, tmp_path: Path) -> None:
    assert _describe_articles(edited) == EDITED
    assert finish(salvage(edited, tmp_path / "new.corpus")).losses == ()
    assert _describe_articles(tmp_path / "new.corpus") == EDITED


@pytest.mark.parametrize("table", ["title", "removal"])
def test_lost_table_of_titles_or_removals_is_restored_from_the_edits(edited: Path, tmp_path: Path, table: str) -> None:
    with closing(sqlite3.connect(edited)) as db:
        [root] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(edited.read_bytes())
    data[(root - 1) * SIZE : root * SIZE] = b"\xff" * SIZE
    edited.write_bytes(data)
    finish(salvage(edited, tmp_path / "new.corpus"))
    assert _describe_articles(tmp_path / "new.corpus") == EDITED


def test_lost_edits_leave_titles_dates_and_removals_as_doubtful(edited: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(edited, isolation_level=None)) as db:
        db.execute("DELETE FROM edit WHERE id < 6")  # all but the last one
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    result = finish(salvage(edited, tmp_path / "new.corpus"))
    assert _describe_articles(tmp_path / "new.corpus") == EDITED
    assert {loss.table for loss in result.losses if not loss.lost} == {"title", "removal"}


def test_date_of_an_article_from_a_backup_is_the_one_edited_last(edited: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.corpus"
    with Corpus.open(edited) as corpus:
        corpus.checkpoint()
        shutil.copyfile(edited, backup)
        article = corpus.article(2)
        apply_edits(corpus, operations.set_published(article, "2024-07-10"))
    with closing(sqlite3.connect(edited, isolation_level=None)) as db:
        db.execute("DROP TRIGGER article_text_never_changes")
        db.execute("UPDATE article SET compressed_text = x'78' WHERE id = 2")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finish(salvage(edited, tmp_path / "new.corpus", [backup]))
    assert _describe_articles(tmp_path / "new.corpus")[1] == (None, "2024-07-10", False)


def test_salvage_of_a_file_that_is_no_corpus_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    for data in (b"", b"\0" * 9000, "هذا ليس ملف بيانات".encode() * 900, Random(1).randbytes(40_000)):
        path.write_bytes(data)
        with pytest.raises(NotACorpus):
            Corpus.open(path)
        with pytest.raises(CorpusError):
            finish(salvage(path, tmp_path / "new.corpus"))
        assert [path_.name for path_ in tmp_path.iterdir()] == ["a.corpus"]
    with pytest.raises(CorpusError):
        finish(salvage(tmp_path / "none.corpus", tmp_path / "new.corpus"))


def test_salvage_does_not_overwrite_files_and_leaves_nothing_when_cancelled(intact: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    with pytest.raises(ExistingCorpus):
        finish(salvage(intact, tmp_path / "there"))
    shares = [position / total for position, total in salvage(intact, tmp_path / "all")]
    assert shares == sorted(shares)
    assert shares[-1] <= 1
    count = len(shares)
    (tmp_path / "all").unlink()
    for stop in (1, count // 2, count - 1):
        steps = salvage(intact, tmp_path / "new")
        for _step in zip(range(stop), steps, strict=False):
            pass
        steps.close()
        assert [path_.name for path_ in tmp_path.iterdir()] == ["there"]


@given(data=st.data())
def test_random_damage_raises_errors_and_salvages_only_original_content(
    intact: Path, expected: Expected, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.corpus"
        content = bytearray(intact.read_bytes())
        count = len(content) // SIZE
        # One small place, or whole pages: a wrong byte in the only copy that is left cannot be detected.
        kinds, max_count = data.draw(
            st.sampled_from([(["byte", "stretch"], 1), (["noise", "zeros", "another", "cut"], 6)])
        )
        for _number in range(data.draw(st.integers(1, max_count))):
            kind = data.draw(st.sampled_from(kinds))
            page = data.draw(st.integers(0, count - 1))
            if kind == "noise":
                content[page * SIZE : (page + 1) * SIZE] = Random(data.draw(st.integers(0, 99))).randbytes(SIZE)
            elif kind == "zeros":
                content[page * SIZE : (page + 1) * SIZE] = bytes(SIZE)
            elif kind == "another":  # a misdirected write
                source_page = data.draw(st.integers(0, count - 1))
                content[page * SIZE : (page + 1) * SIZE] = content[source_page * SIZE : (source_page + 1) * SIZE]
            elif kind == "byte":
                offset = page * SIZE + data.draw(st.integers(0, SIZE - 1))
                content[offset : offset + 1] = data.draw(st.binary(min_size=1, max_size=1))
            elif kind == "stretch":
                offset = page * SIZE + data.draw(st.integers(0, SIZE - 1))
                length = data.draw(st.integers(1, 600))
                content[offset : offset + length] = Random(offset).randbytes(length)
            else:
                del content[max(SIZE, page * SIZE) :]
                content += bytes(count * SIZE - len(content))
        path.write_bytes(content)
        with suppress(CorpusError):
            Corpus.open(path).close()
        path.write_bytes(content)  # opening a file that seems sound may write to it
        for side_file in path.parent.glob("a.corpus-*"):
            side_file.unlink()
        with suppress(CorpusError):
            salvage_and_check(path, expected)


@given(st.binary(max_size=9000), st.integers(0, 3))
def test_reading_pages_of_random_bytes_ends(data: bytes, start: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        header = b"SQLite format 3\0\x10\0" if start == 1 else b""
        path.write_bytes((header + data).ljust(SIZE * start, b"\x0d"))
        path.with_name("a-wal").write_bytes(data)
        pages = PageReader(path)
        pages.read_freelist()
        for number in range(pages.page_count + 2):
            for read in (pages.read_page_type, pages.read_children, lambda number: list(pages.read_rows(number))):
                with suppress(CorruptPage):
                    read(number)
        pages.close()


def test_number_of_unreadable_pages_of_a_table_is_reported(intact: Path, expected: Expected, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    for count, number in enumerate(leaves(path, "edit")[1:3], 1):
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
        result = finish(salvage(path, tmp_path / f"new{count}.corpus"))
        messages = [loss.message for loss in result.losses if "could not be read" in loss.message]
        assert messages == [
            "1 page or row of the table “steps” could not be read."
            if count == 1
            else "2 pages or rows of the table “steps” could not be read."
        ]


@pytest.mark.parametrize(("page", "is_reported"), [(0, True), (1, False)], ids=["the last page", "another page"])
def test_loss_of_the_last_page_reports_that_last_edits_may_be_lost(
    intact: Path, tmp_path: Path, page: int, is_reported: bool
) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    overwrite(path, (leaves(path, "edit")[page] - 1) * SIZE, b"\xa5" * SIZE)
    result = finish(salvage(path, tmp_path / "new.corpus"))
    message = "The last edits may be lost: the end of the edit history is unknown."
    assert (message in [loss.message for loss in result.losses]) is is_reported


@pytest.mark.parametrize(
    ("lost", "damaged", "messages"),
    [
        ([], [3], ["Article 3 (“عنوان 3”) is lost: its text is damaged."]),
        ([2], [], ["1 article is lost; nothing about it is known."]),
        (
            [1, 2],
            [4],
            [
                "Article 4 (“عنوان 4”) is lost: its text is damaged.",
                "2 articles are lost; nothing about them is known.",
            ],
        ),
    ],
)
def test_each_lost_article_is_reported_once_by_title_or_count(
    tmp_path: Path, lost: list[int], damaged: list[int], messages: list[str]
) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for number in range(1, 6):
            corpus.add(build_article(f"خبر رقم {number}", title=f"عنوان {number}", zones=[]))
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("DROP TRIGGER article_text_never_changes")
    for number in lost:
        db.execute("DELETE FROM article WHERE id = ?", (number,))
    for number in damaged:
        db.execute("UPDATE article SET compressed_text = ?, length = 5 WHERE id = ?", (compress_text("other"), number))
    db.close()
    result = finish(salvage(path, tmp_path / "new.corpus"))
    assert result.articles == 5 - len(lost) - len(damaged)
    assert [loss.message for loss in result.losses if loss.table == "article"] == messages


def test_salvage_indexes_the_words_of_rejections(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article("أعلنت الوزارة عن خطة 2024"))
        rejected = operations.reject(corpus.article(1), "Omar", Suggestion(6, 13, "DATE", "dates", 0.9))
        apply_edits(corpus, rejected, "Omar")
    finish(salvage(path, tmp_path / "new.corpus"))
    with Corpus.open(path) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        assert salvaged.fetch_tuples("SELECT * FROM rejected") == original.fetch_tuples("SELECT * FROM rejected") != []


def test_what_was_given_up_by_a_restore_does_not_come_back(intact: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    backup = finish(backups.create_backup(path))
    with Corpus.open(path) as corpus:
        corpus.add(build_article("خبر بعد النسخة"))
        uid = corpus.article(3).uid
        spans = corpus.spans(uid, "Omar")
        apply_edits(corpus, operations.describe_span(spans[0], "2031", "given up"), "Omar")
    finish(restore(path, backup.path))
    overwrite(path, (leaves(path, "span")[0] - 1) * SIZE, b"\xa5" * SIZE)
    listed = [each.path for each in backups.list_backups(path)]
    assert len(listed) == 2
    result = finish(salvage(path, tmp_path / "new.corpus", listed))
    assert result.articles == ARTICLES
    with Corpus.open(intact) as corpus, Corpus.open(tmp_path / "new.corpus") as salvaged:
        assert salvaged.spans(uid, "Omar") == spans
        edits = "SELECT count(*) FROM edit"
        assert salvaged.fetch_tuples(edits) == corpus.fetch_tuples(edits)


def test_salvage_skips_a_damaged_backup_and_uses_the_next(intact: Path, expected: Expected, tmp_path: Path) -> None:
    path, damaged = tmp_path / "a.corpus", tmp_path / "damaged.corpus"
    shutil.copyfile(intact, path)
    shutil.copyfile(intact, damaged)
    overwrite_root("article")(damaged)
    for number in leaves(path, "article")[:3]:
        overwrite(path, (number - 1) * SIZE, b"\xa5" * SIZE)
    assert salvage_and_check(path, expected, (damaged, intact)).articles == ARTICLES


def test_without_a_schema_pages_are_assigned_by_the_meaning_of_their_rows(intact: Path, tmp_path: Path) -> None:
    """A note and a state are three texts each, of which one can only be a state."""
    path = tmp_path / "a.corpus"
    shutil.copyfile(intact, path)
    DAMAGE["the schema"](path)
    finish(salvage(path, tmp_path / "new.corpus"))
    with Corpus.open(intact) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        for table in ("note", "status", "place", "zone", "span"):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert salvaged.fetch_tuples(query) == original.fetch_tuples(query) != [], table


def test_intact_file_of_merged_steps_is_salvaged_completely(tmp_path: Path) -> None:
    """Two computers labelled a range alike, and another one, and the state, differently."""
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article(text(1)))
        article = corpus.article(1)
        apply_edits(corpus, operations.add_span(article, [], "Sanae", "DATE", 0, 5))
        [span] = corpus.spans(article.uid)
        shutil.copyfile(path, tmp_path / "b.corpus") if corpus.checkpoint() else pytest.fail("the corpus is in use")
        with Corpus.open(tmp_path / "b.corpus") as other:
            apply_edits(corpus, operations.relabel(article, [span], span, "PLAN"))
            apply_edits(other, operations.resize(article, [span], span, 1, 5))
            for each, state in ((corpus, "done"), (other, "flagged")):
                apply_edits(each, operations.add_span(article, each.spans(article.uid), "Sanae", "INSTITUTION", 7, 9))
                apply_edits(each, operations.set_state(each.status(article.uid, "Sanae"), article, "Sanae", state))
            assert len(finish(merge(corpus, read_changeset(other))).conflicts) == 1
        assert list(check_integrity(corpus)) == []
    result = finish(salvage(path, tmp_path / "new.corpus"))
    assert result.losses == ()
    with Corpus.open(path) as original, Corpus.open(tmp_path / "new.corpus") as salvaged:
        for table in TABLES:
            query = f"SELECT * FROM {table}"
            assert sorted(salvaged.fetch_tuples(query)) == sorted(original.fetch_tuples(query)), table
