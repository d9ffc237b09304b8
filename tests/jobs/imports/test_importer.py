"""Files and folders brought into a real corpus."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from annotator.cli.terminal import visual
from annotator.jobs.imports import importer
from annotator.jobs.imports.file_reader import Way
from annotator.jobs.imports.importer import Imported, Naming, import_paths
from annotator.model.labels import decode
from annotator.model.records import Notice, Refusal, Repair
from annotator.resources import resource
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries import article_list

PAGE = Path(__file__).resolve().parents[2] / "fixtures" / "page.txt"
UNRECOGNISED = "The format of the file was not recognised."


@pytest.fixture
def corpus(tmp_path):
    labels = decode(resource("labels", "default.toml").read_bytes())
    with Corpus.create(tmp_path / "my.corpus", labels) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    return path


def done(corpus: Corpus, *paths: Path, **options: Any) -> Imported:
    steps = import_paths(corpus, paths, **options)
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert seen == sorted(seen)
            assert seen[0][0] == 0
            assert seen[-1][0] == seen[-1][1]
            return end.value


def texts(corpus: Corpus) -> list[str]:
    return [corpus.article(summary.uid).text for summary in article_list.articles(corpus)]


def lines(path: Path, *articles: object) -> Path:
    path.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
    return path


def test_the_seed_article(corpus, shared):
    found = done(corpus, shared / "data" / "seed-article.txt")
    assert (found.added, found.skipped) == (1, [])
    (summary,) = article_list.articles(corpus)
    assert summary.title == "تقرير الخارجية الأمريكية حول الاتجار بالبشر.. تنويه بجهود المغرب في التصدي للجريمة"
    assert summary.published == "2024-07-09T09:00"
    kinds = [zone.kind for zone in corpus.zones(summary.uid)]
    assert kinds == ["boilerplate"] * 6 + ["dateline", "headline", "boilerplate"] + ["body"] * 4


def test_a_page(corpus):
    assert done(corpus, PAGE) == Imported(1, 0, 0, [])
    (summary,) = article_list.articles(corpus)
    assert summary.title == "ميناء الصويرة يتوسع.. ورش جديد لتجهيز رصيف المراكب التقليدية"
    assert summary.published == "2024-06-06T17:45"
    assert corpus.article(summary.uid).text == PAGE.read_text(encoding="utf-8")


def test_the_same_text_again_adds_nothing(corpus, folder):
    text = PAGE.read_text(encoding="utf-8")
    (folder / "a.txt").write_bytes(text.encode("cp1256"))
    (folder / "b.txt").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    assert done(corpus, folder) == Imported(1, 1, 0, [])
    assert done(corpus, folder, folder) == Imported(0, 4, 0, [])
    assert len(texts(corpus)) == 1


def test_a_folder_is_read_to_its_depth_by_name(corpus, folder):
    (folder / "b" / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("c.txt", "a.txt", "b/2.txt", "b/10.text", "b/deep/x", ".secret.txt", ".hidden/y.txt"):
        (folder / name).write_text(f"نص {name}", encoding="utf-8")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\0")
    (folder / "binary.txt").write_bytes(b"\0\1")
    lines(folder / "more.jsonl", {"text": "نص 1"}, {"text": "نص 2"})
    found = done(corpus, folder)
    assert texts(corpus) == ["نص a.txt", "نص b/10.text", "نص b/2.txt", "نص b/deep/x", "نص c.txt", "نص 1", "نص 2"]
    assert (found.added, found.duplicates) == (7, 0)
    assert found.skipped == [
        Refusal(str(folder / "binary.txt"), 0, "The file is binary: it holds no text."),
        Refusal(str(folder / "photo.jpg"), 0, UNRECOGNISED),
    ]


def test_a_hidden_file_that_is_named_is_read(corpus, folder):
    (folder / ".secret.txt").write_text("نص", encoding="utf-8")
    assert done(corpus, folder / ".secret.txt").added == 1


def test_the_corpus_itself_is_passed_over(corpus, tmp_path):
    (tmp_path / "a.txt").write_text("نص", encoding="utf-8")
    assert (tmp_path / "my.corpus").exists()
    assert done(corpus, tmp_path) == Imported(1, 0, 0, [])
    (tmp_path / "other.corpus").write_bytes(b"")
    assert done(corpus, tmp_path).skipped == [Refusal(str(tmp_path / "other.corpus"), 0, UNRECOGNISED)]


@pytest.mark.not_on_wine("Wine lists no links that lead nowhere")
def test_links_that_go_round_do_not(corpus, folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text("نص", encoding="utf-8")
    try:
        (folder / "sub" / "up").symlink_to(folder, target_is_directory=True)
        (folder / "itself").symlink_to(folder / "itself")
        (folder / "nowhere.txt").symlink_to(folder / "gone.txt")
    except OSError:
        pytest.skip("links cannot be made here")
    found = done(corpus, folder)
    assert (found.added, found.duplicates) == (1, 0)
    assert [Path(refusal.path).name for refusal in found.skipped] == ["itself", "nowhere.txt"]
    assert found.skipped[1].reason == "There is no such file or folder."


def test_what_cannot_be_read_is_passed_over(corpus, folder, monkeypatch):
    (folder / "a.txt").write_text("أول", encoding="utf-8")
    (folder / "b.txt").write_text("ثان", encoding="utf-8")
    plain = Path.open

    def refusing(path, *args, **kwargs):
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return plain(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    found = done(corpus, folder / "none", folder / "a.txt", folder / "b.txt")
    assert texts(corpus) == ["ثان"]
    assert found.skipped == [
        Refusal(str(folder / "none"), 0, "There is no such file or folder."),
        Refusal(str(folder / "a.txt"), 0, "It could not be read: Permission denied"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_is_not_waited_for(corpus, folder):
    os.mkfifo(folder / "pipe.txt")
    assert done(corpus, folder).skipped == [
        Refusal(str(folder / "pipe.txt"), 0, "This is neither a file nor a folder.")
    ]


def test_a_format_that_is_named_is_not_looked_for(corpus, folder):
    (folder / "page.html").write_text("نص", encoding="utf-8")
    path = lines(folder / "lines.dat", {"text": "أ"})
    assert done(corpus, folder / "page.html", format="text").added == 1
    assert done(corpus, path, format="jsonl").added == 1
    assert texts(corpus) == ["نص", "أ"]
    with pytest.raises(KeyError):
        done(corpus, path, format="odt")


def test_a_text_that_belongs_to_annotations_is_read_with_them_alone(corpus, folder):
    (folder / "a.txt").write_text("أمس في وجدة", encoding="utf-8")
    (folder / "a.ann").write_text("T1\tDATE 0 3\tأمس\n", encoding="utf-8")
    (folder / "b.txt").write_text("نص آخر", encoding="utf-8")
    found = done(corpus, folder, annotator="ليلى")
    assert (found.added, found.duplicates, found.spans, found.skipped) == (2, 0, 1, [])
    assert done(corpus, folder / "a.txt", folder / "a.ann", format="text").duplicates == 1


def test_spans_come_along_and_those_that_cannot_be_are_named(corpus, folder):
    spans = [
        {"start": 0, "end": 3, "label": "PLAN"},
        {"start": 4, "end": 8, "label": "DATE", "annotator": "سعيد", "value": "2024"},
        {"start": 4, "end": 8, "label": "EVENT"},
        {"start": 3, "end": 4, "label": "DATE"},
        {"start": 4, "end": 99, "label": "DATE"},
    ]
    path = lines(folder / "a.jsonl", {"text": "قبل"}, {"text": "خطة 2024", "spans": spans, "states": {"سعيد": "done"}})
    found = done(corpus, path, annotator="ليلى")
    assert (found.added, found.spans) == (2, 2)
    assert [(refusal.path, refusal.line) for refusal in found.skipped] == [(str(path), 2)] * 3
    assert {refusal.reason for refusal in found.skipped} >= {"the corpus has no label EVENT: 1 span was not taken"}
    summary = list(article_list.articles(corpus))[1]
    assert [(span.annotator, span.label) for span in corpus.spans(summary.uid)] == [("ليلى", "PLAN"), ("سعيد", "DATE")]
    assert summary.states == {"سعيد": "done"}
    assert done(corpus, path, annotator="ليلى").spans == 0


def test_many_articles_are_stored_in_chunks_and_a_cancelled_import_keeps_whole_ones(corpus, folder):
    articles = ({"text": f"نص {number}", "spans": [{"start": 0, "end": 2, "label": "DATE"}]} for number in range(250))
    path = lines(folder / "a.jsonl", *articles)
    steps = import_paths(corpus, [path], annotator="ليلى")
    assert [next(steps), next(steps)] == [(0, 1), (0, 1)]
    steps.close()
    kept = list(article_list.articles(corpus))
    assert len(kept) == 100
    assert {summary.spans for summary in kept} == {1}
    with Corpus.open(corpus.path) as other:
        assert len(list(article_list.articles(other))) == 100
    assert done(corpus, path, annotator="ليلى") == Imported(150, 100, 150, [])


def test_no_lock_is_held_while_somebody_looks(corpus, folder):
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"نص {number}", encoding="utf-8")
    steps = import_paths(corpus, [folder])
    with Corpus.open(corpus.path) as other:
        for _step in steps:
            with other.transaction():
                pass
    assert len(texts(corpus)) == 3


def test_a_corpus_that_fails_ends_the_import_and_keeps_none_of_the_chunk(corpus, folder, monkeypatch):
    plain = corpus.add

    def failing(draft):
        if draft.article.text == "ثان":
            raise CorpusError("The disk is full.")
        return plain(draft)

    (folder / "a.txt").write_text("أول", encoding="utf-8")
    (folder / "b.txt").write_text("ثان", encoding="utf-8")
    monkeypatch.setattr(corpus, "add", failing)
    with pytest.raises(CorpusError):
        done(corpus, folder)
    assert texts(corpus) == []


def test_nothing_to_import(corpus):
    assert done(corpus) == Imported(0, 0, 0, [])
    assert importer.Imported.__struct_fields__ == (
        *("added", "duplicates", "spans"),
        *("skipped", "repaired", "noticed"),
    )


def test_refusals_come_in_the_order_of_the_files_and_their_lines(tmp_path: Path, corpus: Corpus) -> None:
    good = '{"text": "خبر", "spans": [{"start": 0, "end": 1, "label": "NONE"}]}'
    (tmp_path / "a.jsonl").write_text(f"{good}\nbad\n", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    skipped = done(corpus, tmp_path / "a.jsonl", tmp_path / "b.txt", tmp_path / "none").skipped
    assert [(Path(refusal.path).name, refusal.line) for refusal in skipped] == [
        ("none", 0),
        ("a.jsonl", 1),
        ("a.jsonl", 2),
        ("b.txt", 0),
    ]


# Labels that the corpus lacks


FOREIGN = {
    "text": "زار يوسف وجدة يوم الجمعة",
    "spans": [
        {"start": 4, "end": 8, "label": "PER"},
        {"start": 9, "end": 13, "label": "LOC"},
        {"start": 14, "end": 24, "label": "DATE"},
    ],
}


def labelled(corpus: Corpus) -> list[str]:
    return [span.label for span in corpus.spans(corpus.article(1).uid)]


def test_a_label_that_the_corpus_lacks_is_refused_by_name(corpus, folder):
    found = done(corpus, lines(folder / "a.jsonl", FOREIGN), annotator="ليلى")
    assert labelled(corpus) == ["DATE"]
    assert [refusal.reason for refusal in found.skipped] == [
        "the corpus has no label PER: 1 span was not taken",
        "the corpus has no label LOC: 1 span was not taken",
    ]


def test_labels_are_added_on_request(corpus, folder):
    found = done(corpus, lines(folder / "a.jsonl", FOREIGN), annotator="ليلى", naming=Naming(added=None))
    assert (found.spans, found.skipped) == (3, [])
    assert labelled(corpus) == ["PER", "LOC", "DATE"]
    names = [label.name for label in corpus.labels().labels]
    assert names == ["DATE", "INSTITUTION", "PLAN", "PER", "LOC"]
    assert len({label.key for label in corpus.labels().labels}) == 5
    assert len({label.colour for label in corpus.labels().labels}) == 5


def test_labels_are_renamed_on_request(corpus, folder):
    naming = Naming({"PER": "INSTITUTION", "LOC": "NOWHERE"})
    found = done(corpus, lines(folder / "a.jsonl", FOREIGN), annotator="ليلى", naming=naming)
    assert labelled(corpus) == ["INSTITUTION", "DATE"]
    assert [refusal.reason for refusal in found.skipped] == ["the corpus has no label NOWHERE: 1 span was not taken"]


def test_what_cannot_name_a_label_is_refused_even_when_labels_are_added(corpus, folder):
    spans = [{"start": 0, "end": 3, "label": "a place"}, {"start": 4, "end": 8, "label": "PER"}]
    path = lines(folder / "a.jsonl", FOREIGN | {"spans": spans})
    found = done(corpus, path, annotator="ليلى", naming=Naming(added=None))
    assert labelled(corpus) == ["PER"]
    said = "“a place” cannot name a label (letters, digits, _ and - can): 1 span was not taken"
    assert found.skipped == [Refusal(str(path), 1, said)]


def test_the_spans_of_a_label_are_refused_once_for_all_of_a_file(corpus, folder):
    spans = [{"start": start, "end": start + 2, "label": label} for start in (0, 4, 9) for label in ("PER", "a b")]
    path = lines(
        folder / "a.jsonl", {"text": "خبر"}, FOREIGN | {"spans": spans[:4]}, {"text": "أمس زار", "spans": spans[:2]}
    )
    other = lines(folder / "b.jsonl", FOREIGN | {"spans": spans[:1]})
    assert done(corpus, path, other).skipped == [
        Refusal(str(path), 2, "the corpus has no label PER: 3 spans were not taken"),
        Refusal(str(path), 2, "“a b” cannot name a label (letters, digits, _ and - can): 3 spans were not taken"),
        Refusal(str(other), 1, "the corpus has no label PER: 1 span was not taken"),
    ]


def test_some_labels_are_added_and_others_left_out(corpus, folder):
    found = done(corpus, lines(folder / "a.jsonl", FOREIGN), annotator="ليلى", naming=Naming(added=frozenset({"LOC"})))
    assert labelled(corpus) == ["LOC", "DATE"]
    assert [refusal.reason for refusal in found.skipped] == ["the corpus has no label PER: 1 span was not taken"]


def test_a_file_is_read_in_the_way_that_is_its_own(corpus, folder):
    for name in ("a.md", "b.md"):
        (folder / name).write_text("نص " + name, encoding="utf-8")
    found = done(corpus, folder, ways={folder / "b.md": Way("text")})
    assert texts(corpus) == ["نص b.md"]
    assert found.skipped == [Refusal(str(folder / "a.md"), 0, UNRECOGNISED)]


# Tables


def test_columns_that_are_named_are_those_of_tables_alone(corpus, folder):
    (folder / "a.csv").write_text("c;id\nأمس في وجدة;1\nاليوم;2\n", encoding="utf-8")
    (folder / "b.tsv").write_text("c\tid\nغدا\t1\n", encoding="utf-8")
    (folder / "c.txt").write_text("نص", encoding="utf-8")
    found = done(corpus, folder, columns={"text": "c"})
    assert (found.added, found.skipped) == (4, [])
    assert texts(corpus) == ["أمس في وجدة", "اليوم", "غدا", "نص"]
    assert [refusal.reason for refusal in done(corpus, folder / "b.tsv").skipped] == [UNRECOGNISED]


# What is put right


BROKEN = "أمس O\nالجمعة I-DATE\nفي O\nوجدة B-DATE\n"


def test_what_was_put_right_is_no_refusal(corpus, folder):
    path = folder / "a.conll"
    path.write_text(BROKEN, encoding="utf-8")
    found = done(corpus, path, annotator="ليلى", strict=True)
    assert (found.added, found.spans, found.skipped) == (1, 2, [])
    reason = "I-DATE after O: read as the beginning of a span."
    assert found.repaired == [Repair(str(path), 2, reason)]


# Text as a page shows it


OTHER = "أعلنت الوزارة خطة"


def shown(folder: Path) -> Path:
    text = "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز"
    span = {"start": visual(text).index("ﺔﻌﻤﺠﻟﺍ"), "label": "DATE"}
    span["end"] = span["start"] + len("ﺔﻌﻤﺠﻟﺍ")
    return lines(folder / "a.jsonl", {"text": "خبر"}, {"text": visual(text), "spans": [span]}, {"text": visual(OTHER)})


def test_text_as_a_page_shows_it_is_noticed_once_a_file_and_taken_as_it_is(corpus, folder):
    path = shown(folder)
    found = done(corpus, path, annotator="ليلى", strict=True)
    assert (found.added, found.spans, found.skipped, found.repaired) == (3, 1, [], [])
    reason = "2 texts have letters in presentation forms or lines in visual order, and were taken as they are."
    assert found.noticed == [Notice(str(path), 2, reason)]
    assert texts(corpus)[2] == visual(OTHER)


def test_it_is_put_right_on_request_and_its_spans_with_it(corpus, folder):
    path = shown(folder)
    found = done(corpus, path, annotator="ليلى", logical=True, strict=True)
    assert (found.added, found.spans, found.skipped, found.noticed) == (3, 1, [], [])
    reason = "2 texts had letters in presentation forms or lines in visual order, and are logical text now."
    assert found.repaired == [Repair(str(path), 2, reason)]
    assert texts(corpus) == ["خبر", "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز", OTHER]
    article = corpus.article(2)
    assert [article.text[span.start : span.end] for span in corpus.spans(article.uid)] == ["الجمعة"]


def test_pairs_of_forms_and_logical_text(corpus, folder, shared):
    given = (shared / "data" / "pdf" / "presentation-forms.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in given]
    path = lines(folder / "a.jsonl", *({"text": pair["presentation"]} for pair in pairs))
    found = done(corpus, path, logical=True)
    assert found.added + found.duplicates == len(pairs)
    stored = set(texts(corpus))
    assert sum(pair["logical"] in stored for pair in pairs) == 48  # the forms of the others say less, or otherwise


# All or nothing


def test_strict_imports_all_or_nothing(corpus, folder):
    good = lines(folder / "a.jsonl", {"text": "أ"}, {"text": "ب"})
    bad = lines(folder / "b.jsonl", {"text": "ج"}, {"text": ""})
    found = done(corpus, good, bad, naming=Naming(added=None), strict=True)
    assert (found.added, found.duplicates, found.spans) == (0, 0, 0)
    assert [refusal.line for refusal in found.skipped] == [2]
    assert texts(corpus) == []
    assert done(corpus, good, strict=True) == Imported(2, 0, 0, [])
    assert texts(corpus) == ["أ", "ب"]


def test_strict_leaves_no_label_behind(corpus, folder):
    wrong = FOREIGN | {"text": "زار"}
    before = corpus.labels()
    found = done(
        corpus, lines(folder / "a.jsonl", FOREIGN, wrong), naming=Naming(added=None), strict=True, annotator="x"
    )
    assert found.skipped
    assert corpus.labels() == before


def test_a_strict_import_that_is_stopped_leaves_nothing(corpus, folder):
    steps = import_paths(corpus, [lines(folder / f"{n}.jsonl", {"text": f"نص {n}"}) for n in range(3)], strict=True)
    next(steps)
    next(steps)
    steps.close()
    assert texts(corpus) == []


def test_notes_come_with_their_article(corpus, folder):
    path = lines(folder / "a.jsonl", {"text": "نص", "notes": {"ليلى": " يُراجَع ", " ": "?", "سعيد": " "}})
    done(corpus, path)
    note = corpus.note(corpus.article(1).uid, "ليلى")
    assert note
    assert note.text == "يُراجَع"
    assert corpus.annotators() == ["ليلى"]
    done(corpus, lines(folder / "a.jsonl", {"text": "نص", "notes": {"ليلى": "آخر"}}))
    assert corpus.note(corpus.article(1).uid, "ليلى") == note
