"""`annotator import`."""

import gzip
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from builders import apply_edits, create_corpus
from cli.sample import BODY, PLAIN, TEXT, Run, locate
from running import raising

from annotator import settings
from annotator.cli.terminal import reorder_for_display
from annotator.model.labels import LabelSet
from annotator.model.records import Edit, Status, article_uid
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.store.queries.gold import create_gold

LABELS = """
[[label]]
name = "PLACE"
key = "1"
colour = { light = "#112233", dark = "#ddeeff" }
title = { ar = "مكان", fr = "Lieu", en = "Place" }
"""


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Create a folder of two articles, one of them twice, and a file that is not an article."""
    folder = tmp_path / "نصوص"
    (folder / "below").mkdir(parents=True)
    (folder / "1.txt").write_text(TEXT, encoding="utf-8")
    (folder / "2.txt").write_bytes("أعلنت وزارة العدل عن خطة جديدة يوم الثلاثاء".encode("cp1256"))
    (folder / "below" / "3.txt").write_text(TEXT, encoding="utf-8", newline="\r\n")
    (folder / "4.txt").write_bytes(b"")
    return folder


def test_json_has_the_keys_of_the_contract(run: Run, tmp_path: Path, texts: Path) -> None:
    corpus = tmp_path / "new.corpus"
    ended = run("import", corpus, texts, "--json")
    assert ended.code == 1
    assert list(ended.json) == [
        *("added", "duplicates", "spans", "skipped", "repaired", "noticed", "changed", "removed")
    ]
    assert (ended.json["added"], ended.json["duplicates"], ended.json["spans"]) == (2, 1, 0)
    (skipped,) = ended.json["skipped"]
    assert list(skipped) == ["path", "line", "reason", "code"]
    assert skipped["path"] == str(texts / "4.txt")
    assert f"annotator: {skipped['path']}: {skipped['reason']}\n" == ended.err
    assert run("list", corpus, "--json").json[0]["uid"] == article_uid(TEXT)


def test_a_changeset_is_no_file_to_import(run: Run, tmp_path: Path, corpus: Path) -> None:
    for name in ("a.changeset", "b.changes", "c.jsonl.gz"):
        changeset = tmp_path / name
        run("changes", corpus, tmp_path / "a.changeset")
        if name != "a.changeset":
            changeset.write_bytes((tmp_path / "a.changeset").read_bytes())
        ended = run("import", tmp_path / "new.corpus", changeset)
        assert "This is a changeset: merge it instead of importing it." in ended.err
        assert ended.err.count("\n") == 1
        (tmp_path / "a.changeset").unlink()


def test_a_corpus_is_no_file_to_import(run: Run, tmp_path: Path, texts: Path) -> None:
    corpus, other = tmp_path / "a.corpus", tmp_path / "b.corpus"
    for path in (corpus, other):
        run("import", path, texts)
    assert run("import", corpus, corpus).err == f"annotator: {corpus}: “{corpus}” is the corpus itself.\n"
    ended = run("import", corpus, other, "--json")
    assert (ended.code, ended.json["skipped"][0]["code"]) == (1, "format_not_recognised")
    assert ended.err == f"annotator: {other}: This is a corpus: merge it instead of importing it.\n"


@pytest.mark.parametrize(
    "link",
    [
        pytest.param(
            Path.symlink_to, marks=pytest.mark.posix_only("making a link takes a right that few have on Windows")
        ),
        Path.hardlink_to,
    ],
)
def test_a_link_to_the_open_corpus_is_no_file_to_import(
    run: Run, tmp_path: Path, texts: Path, link: Callable[[Path, Path], None]
) -> None:
    """To open it, and close it again, would drop the locks of the corpus."""
    corpus, name = texts / "a.corpus", texts / "other name"
    run("import", corpus, texts)
    link(name, corpus)
    assert run("import", corpus, name).err == f"annotator: {name}: “{name}” is the corpus itself.\n"
    assert name.name not in run("import", corpus, texts).err  # its folder has other files, too


def test_standard_input_is_imported(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = gzip.compress(f'{{"text": "{BODY}"}}\n{{"text": 1}}\n'.encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines)))
    ended = run("import", tmp_path / "new.corpus", "-", "--json")
    assert (ended.code, ended.json["added"]) == (1, 1)
    assert [(refusal["path"], refusal["line"]) for refusal in ended.json["skipped"]] == [("-", 2)]


def test_encoding_and_errors(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "أعلنت الوزارة"}\n'.encode("cp1256"))
    ended = run("import", tmp_path / "new.corpus", path)
    assert (ended.code, ended.err.count("--encoding")) == (1, 1)
    ended = run("import", tmp_path / "new.corpus", path, "--encoding", "Windows-1256")
    assert (ended.code, ended.err) == (0, "")
    path.write_bytes('{"text": "أعلنت'.encode() + b'\xd8 "}\n')
    ended = run("import", tmp_path / "new.corpus", path, "--errors", "replace", "--json")
    assert (ended.code, ended.json["added"]) == (0, 1)
    assert [(notice["line"], notice["code"]) for notice in ended.json["noticed"]] == [(1, "characters_replaced")]


def test_an_encoding_is_asked_for_where_bytes_are_not_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes('{"text": "أعلنت وزارة المالية عن خطة جديدة"}\n'.encode("cp1256"))
    ended = run("import", tmp_path / "a.corpus", tmp_path / "a.jsonl", "--errors", "replace")
    assert ended.code == 1
    assert ended.err.splitlines()[1:] == ["annotator: use --encoding to name the encoding of the texts"]
    ended = run("import", tmp_path / "a.corpus", tmp_path / "a.jsonl", "--encoding", "cp1256", "--json")
    assert (ended.code, ended.json["added"], ended.err) == (0, 1, "")


@pytest.mark.parametrize(
    "name", ["nope", "base64", "undefined", "rot13", "idna", "punycode", "", "\0", "x" * 300, "عربي"]
)
def test_what_is_no_encoding_of_texts_is_refused(run: Run, tmp_path: Path, texts: Path, name: str) -> None:
    ended = run("import", tmp_path / "new.corpus", texts, "--encoding", name)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--encoding" in ended.err
    assert not (tmp_path / "new.corpus").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "100 articles were added and stay; the same command imports the rest"),
        (["--strict"], "no articles were added"),
    ],
)
def test_ctrl_c_says_how_many_articles_are_in(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"text": "خبر {number}"}}\n' for number in range(250)), encoding="utf-8")
    corpus = tmp_path / "new.corpus"
    calls = iter([Corpus.add_all, raising(KeyboardInterrupt())])
    with monkeypatch.context() as patch:
        patch.setattr(Corpus, "add_all", lambda *arguments: next(calls)(*arguments))
        ended = run("import", corpus, path, *options)
    assert ended == (130, b"", f"annotator: {message}\nannotator: interrupted\n")
    remainder = run("import", corpus, path, "--json").json
    assert (remainder["added"], remainder["duplicates"]) == ((250, 0) if options else (150, 100))


def test_ctrl_c_counts_the_articles_of_a_commit_that_it_interrupts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"text": "خبر {number}"}}\n' for number in range(250)), encoding="utf-8")
    transaction = Corpus.transaction

    @contextmanager
    def interrupted(corpus: Corpus) -> Iterator[None]:
        with transaction(corpus):
            yield
        if not corpus.db.conn.in_transaction and corpus.stored_articles([article_uid("خبر 199")]):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Corpus, "transaction", interrupted)
        ended = run("import", tmp_path / "new.corpus", path)
    assert "200 articles were added and stay" in ended.err
    assert run("import", tmp_path / "new.corpus", path, "--json").json["duplicates"] == 200


def test_the_language_changes_the_sentence_and_not_the_code(run: Run, tmp_path: Path, texts: Path) -> None:
    path = texts / "a.jsonl"
    path.write_bytes(
        b'{"text": "\xd8\xa7", "spans": [{"start": 0, "end": 9, "label": "DATE"}]}\n{"text": "\xff"}\n{"text"\n{}'
    )
    skipped = {
        language: run("--language", language, "import", tmp_path / language, texts, "--json").json["skipped"]
        for language in ("en", "ar", "fr")
    }
    codes = ["no_text", "span_outside_text", "invalid_encoding", "invalid_json", "no_text"]
    assert [[refusal["code"] for refusal in refusals] for refusals in skipped.values()] == 3 * [codes]
    assert len({refusals[0]["reason"] for refusals in skipped.values()}) == 3


def test_an_invalid_file_name_is_reported_in_one_line_and_leaves_nothing(run: Run, tmp_path: Path, texts: Path) -> None:
    name = "ا" * 300 + ".corpus"
    ended = run("import", tmp_path / name, texts)
    assert ended.code == 2
    assert ended.err.startswith(f"annotator: “{name}” is not a valid file name here: choose another one, shorter and ")
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [texts]
    assert run("list", tmp_path / name).code == 2


def test_a_second_import_adds_nothing(run: Run, tmp_path: Path, texts: Path) -> None:
    corpus = tmp_path / "new.corpus"
    (texts / "4.txt").unlink()
    first = run("import", corpus, texts)
    assert (first.code, first.err) == (0, "")
    assert first.text == "2 articles added, 1 was there already, 0 spans read\n"
    assert run("import", corpus, texts, "--json").json == {
        **{"added": 0, "duplicates": 3, "spans": 0},
        **{"skipped": [], "repaired": [], "noticed": [], "changed": 0, "removed": 0},
    }


@pytest.mark.parametrize("format_", ["doccano", "prodigy", "conll2003"])
def test_what_a_format_cannot_hold_is_no_difference(run: Run, tmp_path: Path, format_: str) -> None:
    """A span without a value comes back from a file that has none, with the value that the corpus has."""
    corpus, exported, lines = tmp_path / "a.corpus", tmp_path / "exported", tmp_path / "a.jsonl"
    start, end = locate("9 يوليوز 2024")
    span = {"start": start, "end": end, "label": "DATE", "value": "2024-07-09", "note": "x"}
    lines.write_text(json.dumps({"text": TEXT, "spans": [span]}), encoding="utf-8")
    assert run("import", corpus, lines, "--annotator", "Sanae").code == 0
    assert run("export", corpus, exported, "--format", format_, "--state", "all", "--zones", "all").code == 0
    again = run("import", corpus, exported, "--annotator", "Sanae", "--json")
    assert (again.code, again.err, again.json["spans"]) == (0, "", 0)
    lines.write_text(json.dumps({"text": TEXT, "spans": [span | {"value": "2024-07-10"}]}), encoding="utf-8")
    other = run("import", corpus, lines, "--annotator", "Sanae")
    assert (other.code, "with a different value or note" in other.err) == (1, True)
    [stored] = run("show", corpus, 1, "--json").json["spans"]
    assert (stored["value"], stored["note"]) == ("2024-07-09", "x")


def test_spans_without_an_annotator_get_the_default_one(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "one.jsonl"
    start = TEXT.index("وزارة العدل")
    span = {"start": start, "end": start + len("وزارة العدل"), "label": "INSTITUTION"}
    source.write_bytes(msgspec.json.encode({"text": TEXT, "spans": [span]}) + b"\n{}\n")
    settings.save(Settings(annotator="من الإعدادات"))
    for name, arguments in [("من الإعدادات", []), ("سميرة 🌿", ["--annotator", "سميرة 🌿"])]:
        corpus = tmp_path / f"{len(arguments)}.corpus"
        ended = run("import", corpus, source, *arguments)
        assert ended.code == 1
        assert f"{source}:2: " in ended.err
        assert "1 span read" in ended.text
        (stored,) = run("show", corpus, 1, "--json").json["spans"]
        assert (stored["annotator"], stored["text"]) == (name, "وزارة العدل")


def test_spans_are_not_given_to_another_person_of_the_same_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of one name work on two computers; in the corpus that merged both, one of them is called otherwise."""
    text = "زارت وزارة الصحة مدينة فاس."
    uid = article_uid(text)
    for name in ("theirs", "ours"):
        monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / f"{name} home"))
        with create_corpus(tmp_path / f"{name}.corpus", text) as corpus:
            apply_edits(corpus, [Edit(None, Status(uid, "Sanae", "flagged"))], "Sanae", name="state")
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "theirs home"))
    merged = run("merge", tmp_path / "theirs.corpus", tmp_path / "ours.corpus", "--json").json
    called = merged["annotators"]["Sanae"]
    assert called != "Sanae"
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "ours home"))
    settings.save(Settings(annotator="Sanae"))
    source = tmp_path / "one.jsonl"
    source.write_bytes(msgspec.json.encode({"text": text, "spans": [{"start": 5, "end": 16, "label": "INSTITUTION"}]}))
    assert run("import", tmp_path / "theirs.corpus", source).code == 0
    spans = run("show", tmp_path / "theirs.corpus", 1, "--json").json["spans"]
    assert [span["annotator"] for span in spans] == [called]


@pytest.mark.parametrize("options", [("--annotator", "gold"), ("--annotator-map", "s.b=gold")])
@pytest.mark.parametrize("flags", [(), ("--replace",), ("--dry-run",)])
def test_spans_are_not_imported_under_the_name_of_the_gold_layer(
    run: Run, tmp_path: Path, options: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    with create_corpus(tmp_path / "a.corpus", PLAIN) as corpus:
        create_gold(corpus)
    source = tmp_path / "one.jsonl"
    span = {"start": 0, "end": 2, "label": "PLAN"}
    source.write_bytes(msgspec.json.encode({"text": TEXT, "spans": [span, {**span, "annotator": "s.b"}]}))
    ended = run("import", corpus.path, source, *options, *flags)
    assert (ended.code, ended.err) == (2, "annotator: “gold” is the name of the gold layer. Use another name.\n")
    assert len(run("list", corpus.path, "--json").json) == 1


def test_a_format_can_be_named(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "one.data"
    source.write_text(BODY, encoding="utf-8")
    assert run("import", tmp_path / "a.corpus", source).code == 1
    assert run("import", tmp_path / "a.corpus", source, "--format", "text", "--json").json["added"] == 1


def test_a_missing_path_is_refused_and_the_rest_imported(run: Run, tmp_path: Path, texts: Path) -> None:
    ended = run("import", tmp_path / "a.corpus", texts / "missing.txt", texts / "1.txt", "--json")
    assert (ended.code, ended.json["added"]) == (1, 1)
    assert [skipped["path"] for skipped in ended.json["skipped"]] == [str(texts / "missing.txt")]


def test_a_new_corpus_has_the_labels_of_the_file(run: Run, tmp_path: Path, texts: Path) -> None:
    from annotator.store.corpus import Corpus

    labels = tmp_path / "labels.toml"
    labels.write_text(LABELS, encoding="utf-8")
    corpus = tmp_path / "a.corpus"
    for _run in range(2):
        assert run("import", corpus, texts, "--labels", labels).code == 1  # for the empty file alone
        with Corpus.open(corpus) as opened:
            assert [label.name for label in opened.labels().labels] == ["PLACE"]


def test_labels_that_differ_from_the_corpus_are_refused(run: Run, tmp_path: Path, corpus: Path, texts: Path) -> None:
    labels = tmp_path / "labels.toml"
    labels.write_text(LABELS, encoding="utf-8")
    ended = run("import", corpus, texts, "--labels", labels)
    assert (ended.code, ended.out) == (2, b"")
    assert str(labels) in ended.err
    assert ended.err.count("\n") == 1
    assert len(run("list", corpus, "--json").json) == 2


@pytest.mark.parametrize(("content", "message"), [("label = 1", ""), ("[[label]]\nname = x\n", ":2"), ("", "")])
def test_an_invalid_label_file_leaves_no_corpus(
    run: Run, tmp_path: Path, texts: Path, content: str, message: str
) -> None:
    labels = tmp_path / "labels.toml"
    labels.write_text(content, encoding="utf-8")
    ended = run("import", tmp_path / "a.corpus", texts, "--labels", labels)
    assert (ended.code, ended.out) == (2, b"")
    assert f"{labels}{message}: " in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "a.corpus").exists()
    assert run("import", tmp_path / "a.corpus", texts, "--labels", tmp_path / "missing.toml").code == 2


def test_a_corpus_is_not_created_in_a_missing_folder(run: Run, tmp_path: Path, texts: Path) -> None:
    ended = run("import", tmp_path / "no" / "a.corpus", texts)
    assert (ended.code, ended.out) == (2, b"")
    assert str(tmp_path / "no") in ended.err
    assert not (tmp_path / "no").exists()


def test_a_file_that_is_no_corpus_is_not_changed(run: Run, tmp_path: Path, texts: Path) -> None:
    before = (texts / "1.txt").read_bytes()
    ended = run("import", texts / "1.txt", texts / "2.txt")
    assert (ended.code, ended.out) == (2, b"")
    assert (texts / "1.txt").read_bytes() == before


def test_foreign_labels_are_renamed_or_added(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    spans = [{"start": 0, "end": 3, "label": "TIME"}, {"start": 4, "end": 6, "label": "ROLE"}]
    path.write_text(json.dumps({"text": "أمس قال", "spans": spans}), encoding="utf-8")
    ended = run("import", tmp_path / "a.corpus", path, "--rename", "TIME=DATE", "--add-labels", "--json")
    assert (ended.code, ended.json["spans"]) == (0, 2)
    ended = run("import", tmp_path / "b.corpus", path, "--rename", "TIME")
    assert ended.code == 2
    assert "“TIME” is not of the form THEIRS=OURS" in ended.err


def test_repairs_are_printed_and_keep_exit_code_0(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("أمس O\nالجمعة I-DATE\nفي O\nوجدة B-DATE\n", encoding="utf-8")
    ended = run("import", tmp_path / "a.corpus", path, "--strict")
    assert ended.code == 0
    assert ended.err == f"annotator: {path}:2: repaired: I-DATE after O: treated as the start of a span.\n"
    assert ended.text == "1 article added, 0 were there already, 2 spans read, 1 repair\n"
    repaired = run("import", tmp_path / "b.corpus", path, "--json").json["repaired"]
    assert [list(repair) for repair in repaired] == [["path", "line", "reason", "code"]]


def test_text_in_visual_order_is_reported_and_repaired_on_request(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(reorder_for_display("قالت الوزارة في بلاغ"), encoding="utf-8")
    ended = run("import", tmp_path / "a.corpus", path)
    assert ended.code == 0
    assert ended.err.startswith(
        f"annotator: {path}: note: 1 text has letters in presentation forms or lines in visual order"
    )
    assert "use --logical to repair such text" in ended.err
    right = run("import", tmp_path / "a.corpus", path, "--logical", "--json")
    assert (right.code, right.json["added"], len(right.json["repaired"]), right.json["noticed"]) == (0, 1, 1, [])
    stored = run("list", tmp_path / "a.corpus", "--json").json
    assert [article["title"] for article in stored] == [
        reorder_for_display("قالت الوزارة في بلاغ"),
        "قالت الوزارة في بلاغ",
    ]


def test_columns_that_mark_no_articles_are_cut_on_request(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("".join(f"جملة O\n{number} B-DATE\n\n" for number in range(201)), encoding="utf-8")
    whole = run("import", tmp_path / "a.corpus", path)
    assert whole.code == 0
    assert "note: The file does not say where articles begin: its 201 sentences are not divided." in whole.err
    assert "use --sentences-per-article to cut such a file into articles" in whole.err
    cut = run("import", tmp_path / "b.corpus", path, "--sentences-per-article", "20", "--json")
    assert (cut.code, cut.json["added"], cut.json["spans"]) == (0, 11, 201)
    [notice] = cut.json["noticed"]
    assert notice["sentences"] == 201
    assert "use --sentences-per-article" not in cut.err
    assert run("import", tmp_path / "c.corpus", path, "--sentences-per-article", "0").code == 2


def test_columns_of_a_table_can_be_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("c\thead\tid\nأعلنت الوزارة خطة\tعنوان\t1\n", encoding="utf-8")
    corpus = tmp_path / "a.corpus"
    assert run("import", corpus, path).code == 1
    assert run("import", corpus, path, "--column", "text=c", "--column", "title=head", "--json").json["added"] == 1
    record = run("show", corpus, 1, "--json").json
    assert (record["text"], record["title"]) == ("أعلنت الوزارة خطة", "عنوان")
    ended = run("import", corpus, path, "--column", "text=none")
    assert (ended.code, "No column is named “none”." in ended.err) == (1, True)


def test_keys_of_json_lines_can_be_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"c": "أعلنت الوزارة خطة"}]', encoding="utf-8")
    corpus = tmp_path / "a.corpus"
    assert run("import", corpus, path, "--format", "jsonl", "--column", "text=c", "--json").json["added"] == 1
    ended = run("import", corpus, path, "--format", "jsonl", "--column", "text=none")
    assert (ended.code, "No column is named “none”." in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--column", "text"], "“text” is not of the form FIELD=NAME"),
        (["--column", "body=text"], "“body” is not one of text, title, published, source, url"),
        (
            ["--column", "text=c", "--format", "text"],
            "--column applies only to tables and JSON lines, but the format is text",
        ),
    ],
)
def test_invalid_columns_are_wrong_usage(
    run: Run, tmp_path: Path, texts: Path, arguments: list[str], message: str
) -> None:
    ended = run("import", tmp_path / "a.corpus", texts, *arguments)
    assert ended.code == 2
    assert message in ended.err


def test_strict_reports_that_nothing_was_imported(run: Run, tmp_path: Path, texts: Path) -> None:
    ended = run("import", tmp_path / "a.corpus", texts, "--strict", "--json")
    assert ended.code == 1
    assert (ended.json["added"], len(ended.json["skipped"])) == (0, 1)
    assert "nothing was imported" in ended.err
    assert run("list", tmp_path / "a.corpus", "--json").json == []


def test_corrections_come_back_from_label_studio_under_the_annotators_name(
    run: Run, corpus: Path, tmp_path: Path
) -> None:
    assert run("export", corpus, tmp_path / "a.json", "--format", "labelstudio", "--annotator", "سميرة").code == 0
    [task] = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    [annotation] = task["annotations"]
    del annotation["annotator"]
    results = annotation["result"]
    plan = next(result for result in results if result["value"]["labels"] == ["PLAN"])
    plan["value"] |= {"end": plan["value"]["end"] - 1, "text": plan["value"]["text"][:-1]}
    annotation |= {"completed_by": 1, "result": [plan]}
    (tmp_path / "b.json").write_text(json.dumps([task]), encoding="utf-8")
    arguments = "import", corpus, tmp_path / "b.json", "--replace", "--annotator-map", "1=سميرة"
    ended = run(*arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.text == "0 articles added, 1 was there already, 0 spans read, 1 changed, 1 removed\n"
    spans = run("show", corpus, 1, "--json").json["spans"]
    assert [(span["uid"], span["annotator"], span["text"]) for span in spans] == [
        ("s1", "سميرة", "خطة العمل 2024-202"),
        ("s3", "salma", "وزارة العدل"),
    ]
    repeated = run(*arguments, "--json").json
    assert (repeated["spans"], repeated["changed"], repeated["removed"]) == (0, 0, 0)


@pytest.mark.parametrize("option", ["--annotator-map", "--rename"])
def test_a_name_that_stands_for_two_is_wrong_usage(run: Run, tmp_path: Path, texts: Path, option: str) -> None:
    corpus = tmp_path / "new.corpus"
    ended = run("import", corpus, texts, option, "1=Salma", option, " 1 =Omar")
    assert ended.code == 2
    assert "“1” is given twice, with different names" in ended.err
    assert not corpus.exists()
    assert run("import", corpus, texts / "1.txt", option, "1=DATE", option, " 1 = DATE").code == 0


def test_an_annotator_with_control_characters_is_wrong_usage(
    run: Run, corpus: Path, texts: Path, tmp_path: Path
) -> None:
    for arguments in (["--annotator", "سطر\nآخر"], ["--annotator-map", "1=\x1b[31m"]):
        for path in (corpus, tmp_path / "new.corpus"):
            ended = run("import", path, texts, *arguments)
            assert ended.code == 2
            assert "has control characters, which no name of an annotator has." in ended.err
    assert not (tmp_path / "new.corpus").exists()


def test_an_annotator_is_named_as_other_commands_name_them(run: Run, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "أمس", "spans": [{"start": 0, "end": 3, "label": "DATE"}]}', encoding="utf-8")
    assert run("import", corpus, path, "--annotator", " Omar\u200f  Bennani ").code == 0
    assert run("mark", corpus, "all", "--state", "done", "--annotator", "Omar  Bennani ", "--json").json[
        "annotator"
    ] == ("Omar Bennani")
    with Corpus.open(corpus) as opened:
        assert [span.annotator for span in opened.spans(article_uid("أمس"))] == ["Omar Bennani"]


def test_a_dry_run_lists_what_would_change_and_changes_nothing(run: Run, corpus: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in corpus.parent.iterdir() if path.is_file()}
    plan, date, institution = locate("خطة العمل 2024-2025"), locate("2024-2025"), locate("وزارة العدل")
    spans = [
        {"start": plan[0], "end": plan[1] - 5, "label": "PLAN", "annotator": "سميرة", "value": None, "note": None},
        {"start": institution[0], "end": institution[1], "label": "PLAN", "annotator": "salma"},
        {"start": 0, "end": 7, "label": "INSTITUTION", "annotator": "salma"},
    ]
    lines = [
        {"text": TEXT, "spans": spans, "states": {"سميرة": "flagged"}},
        {"text": "خبر جديد", "spans": [{"start": 0, "end": 3, "label": "PLAN"}]},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    arguments = "import", corpus, corpus.parent, "--format", "jsonl", "--replace", "--dry-run"
    ended = run("import", corpus, path, "--replace", "--dry-run")
    assert (ended.code, ended.err) == (0, "annotator: this was a dry run: nothing was imported\n")
    rows = [re.split("  +", line) for line in ended.text.splitlines()]
    assert rows == [
        ["-", "1", "سميرة", "DATE", f"{date[0]}-{date[1]}", "2024-2025 (2024/2025, فترة)"],
        [
            "~",
            "1",
            "سميرة",
            "PLAN",
            f"{plan[0]}-{plan[1]} → {plan[0]}-{plan[1] - 5}",
            "خطة العمل 2024-2025 → خطة العمل 2024",
        ],
        ["~", "1", "سميرة", "state", "done → flagged"],
        ["~", "1", "salma", "INSTITUTION → PLAN", f"{institution[0]}-{institution[1]}", "وزارة العدل"],
        ["+", "1", "salma", "INSTITUTION", "0-7", "الحكومة"],
        ["+", "3", "1 span", "خبر جديد"],
        ["1 article added, 1 was there already, 2 spans read, 3 changed, 1 removed"],
    ]
    assert {path: path.read_bytes() for path in before} == before
    record = run("import", corpus, path, "--replace", "--dry-run", "--json").json
    assert [(article["id"], article["is_new"], article["spans"]) for article in record["articles"]] == [
        (1, False, 1),
        (3, True, 1),
    ]
    assert [change["change"] for change in record["articles"][0]["changes"]] == [
        *("removed", "changed", "changed", "changed", "added"),
    ]
    assert record["articles"][0]["changes"][3]["before"]["label"] == "INSTITUTION"
    counts = {key: record[key] for key in ("added", "duplicates", "spans", "changed", "removed")}
    real = run("import", corpus, path, "--replace", "--json").json
    assert {key: real[key] for key in counts} == counts
    assert len(run("list", corpus, "--json").json) == 3
    assert corpus.name not in run(*arguments).err  # the corpus itself is no input


def test_a_dry_run_names_what_is_no_corpus(run: Run, tmp_path: Path, texts: Path) -> None:
    (tmp_path / "text.corpus").write_text("text")
    ended = run("import", tmp_path / "text.corpus", texts, "--dry-run")
    assert ended.code == 2
    assert str(tmp_path / "text.corpus") in ended.err


def test_a_dry_run_creates_no_corpus(run: Run, tmp_path: Path, texts: Path) -> None:
    (texts / "4.txt").unlink()
    ended = run("import", tmp_path / "new.corpus", texts, "--dry-run", "--json")
    assert (ended.code, ended.json["added"], len(ended.json["articles"])) == (0, 2, 2)
    assert list(tmp_path.iterdir()) == [texts]


def test_an_import_goes_into_the_corpus_that_another_one_has_just_created(
    run: Run, tmp_path: Path, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Corpus.create

    def create_second(path: Path, labels: LabelSet) -> Corpus:
        create(path, labels).close()
        return create(path, labels)

    monkeypatch.setattr(Corpus, "create", create_second)
    assert run("import", tmp_path / "new.corpus", texts / "1.txt").code == 0
    assert len(run("list", tmp_path / "new.corpus", "--json").json) == 1
