"""`annotator export`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cli.sample import HEADLINE, TEXT, Run, locate
from consumers.reading import consumer

from annotator import optional_packages
from annotator.cli import export
from annotator.jobs.export.read_back import NotVerified
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus

KEYS = [
    *("format", "scheme", "articles", "sentences", "tokens", "spans", "written"),
    *("widened", "split", "flattened", "refused", "outside_zones", "verified"),
]
SAMIRA = ("--annotator", "سميرة")


def test_json_is_the_report_beside_the_file(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.conll"
    ended = run("export", corpus, target, "--format", "conll2003", *SAMIRA, "--json")
    assert (ended.code, "refused" in ended.err) == (0, False)
    report = ended.json
    assert list(report)[: len(KEYS)] == KEYS
    assert report == msgspec.json.decode((tmp_path / "out.conll.report.json").read_bytes())
    assert (report["articles"], report["spans"], report["written"], report["verified"]) == (1, 2, 1, True)
    (entry,) = report["flattened"]
    assert list(entry) == ["article", "uid", "start", "end", "label", "text", "reason", "code", "became"]
    assert entry["code"] == "inside_span"
    assert (entry["uid"], (entry["start"], entry["end"]), entry["text"]) == ("s2", locate("2024-2025"), "2024-2025")
    lines = target.read_text(encoding="utf-8").splitlines()
    assert [line.split(" ")[::3] for line in lines[2:7]] == [
        ["الحكومة", "O"],
        ["تعتمد", "O"],
        ["خطة", "B-PLAN"],
        ["العمل", "I-PLAN"],
        ["2024-2025", "I-PLAN"],
    ]


def test_the_summary_counts_the_outcomes_of_spans(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.conll"
    lines = run("export", corpus, target, "--format", "conll2002", *SAMIRA).text.splitlines()
    assert lines[0].startswith(f"{target}: 1 article, 2 sentences, ")
    assert lines[0].endswith(" tokens, 2 spans")
    assert lines[1:3] == ["  written unchanged: 1", "  left out because they overlap another span: 1"]
    assert str(tmp_path / "out.conll.report.json") in lines[3]
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("arguments", "tags"),
    [
        (["--flatten", "innermost"], {"B-DATE"}),
        (["--scheme", "iob1"], {"I-PLAN"}),
        (["--scheme", "iobes"], {"B-PLAN", "I-PLAN", "E-PLAN"}),
        (["--zones", "body"], set()),
        (["--zones", "headline"], {"B-PLAN", "I-PLAN"}),
        (["--zones", "all"], {"B-PLAN", "I-PLAN"}),
        (["--state", "all"], {"B-PLAN", "I-PLAN"}),
    ],
)
def test_the_options_reach_the_file(
    run: Run, corpus: Path, tmp_path: Path, arguments: list[str], tags: set[str]
) -> None:
    target = tmp_path / "out.conll"
    assert run("export", corpus, target, "--format", "conll2002", *SAMIRA, *arguments).code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    assert {line.split(" ")[-1] for line in lines if line} - {"O"} == tags


def test_annotator_and_state_select_the_articles(run: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = ["export", corpus, tmp_path / "out.conll", "--format", "conll2002", "--annotator", "salma", "--json"]
    assert run(*arguments, "--state", "all").json["written"] == 1


def test_refused_spans_are_printed_and_the_rest_written(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.conll"
    ended = run("export", corpus, target, "--format", "conll2002", *SAMIRA, "--flatten", "refuse", "--json")
    assert ended.code == 1
    assert ended.json["verified"]
    lines = ended.err.splitlines()
    assert len(lines) == len(ended.json["refused"]) == 2
    start, end = locate("2024-2025")
    assert any(line.startswith(f"annotator: {corpus}: 1:{start}-{end} “2024-2025” (DATE): ") for line in lines)
    assert HEADLINE.split()[0] in target.read_text(encoding="utf-8")


def test_a_split_is_a_folder_that_depends_on_the_seed(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "parts"
    arguments = [
        *SAMIRA,
        "--format",
        "conll2003",
        "--state",
        "all",
        "--split",
        "train=50, test=50",
        "--seed",
        "3",
    ]
    assert run("export", corpus, target, *arguments).code == 0
    assert {path.stem for path in target.iterdir()} == {"train", "test"}
    report = msgspec.json.decode((tmp_path / "parts.report.json").read_bytes())
    assert (sorted(report["parts"]), report["seed"]) == (["test", "train"], 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--format"),
        (["--format", "conll1999"], "conll1999"),
        (["--format", "conll2003"], "salma"),
        (["--format", "conll2003", "--annotator", "nobody"], "nobody"),
        (["--format", "conll2003", *SAMIRA, "--zones", "headline,footer"], "footer"),
        (["--format", "conll2003", *SAMIRA, "--zones", ""], "--zones"),
        (["--format", "conll2003", *SAMIRA, "--split", "train"], "--split"),
        (["--format", "conll2003", *SAMIRA, "--split", "train=80,dev=x"], "“x” is no share"),
        (["--format", "conll2003", *SAMIRA, "--split", "train=80,train=20"], "--split"),
        (["--format", "conll2003", *SAMIRA, "--split", "train=80%,dev=20"], "--split"),
        (["--format", "conll2003", *SAMIRA, "--split", "train=80%,dev=10%"], "--split"),
        (["--format", "conll2003", *SAMIRA, "--seed", "x"], "--seed"),
        (["--format", "conll2003", *SAMIRA, "--seed", "7"], "--seed is for exports with --split or --folds"),
        (["--format", "conll2003", *SAMIRA, "--folds", "1"], "--folds"),
        (
            ["--format", "conll2003", *SAMIRA, "--folds", "2", "--split", "a=1"],
            "--split and --folds exclude each other",
        ),
        (["--format", "conll2003", *SAMIRA, "--scheme", "bio"], "bio"),
    ],
)
def test_wrong_usage_is_reported_in_one_line_and_writes_nothing(
    run: Run, corpus: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    ended = run("export", corpus, tmp_path / "out.conll", *arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.count("\n") == 1
    assert message in ended.err
    assert not list(tmp_path.glob("out*"))


def test_a_target_in_a_missing_folder_is_reported(run: Run, corpus: Path, tmp_path: Path) -> None:
    ended = run("export", corpus, tmp_path / "no" / "out.conll", "--format", "conll2003", *SAMIRA)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "no").exists()


def test_a_file_that_differs_from_the_corpus_is_an_error(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, force: bool, jobs: int) -> Iterator[None]:
        yield from ()
        raise NotVerified("not the same")

    monkeypatch.setattr(export, "export", fails)
    ended = run("export", corpus, tmp_path / "out.conll", "--format", "conll2003")
    assert ended == (2, b"", "annotator: not the same\n")


def test_export_does_not_change_the_corpus(run: Run, corpus: Path, tmp_path: Path) -> None:
    before = run("show", corpus, 1, "--json")
    run("export", corpus, tmp_path / "out.conll", "--format", "conll2003", *SAMIRA)
    assert run("show", corpus, 1, "--json") == before
    assert run("export", corpus, corpus, "--format", "conll2003", *SAMIRA).code == 2
    assert before.json["text"] == TEXT


@pytest.mark.parametrize("format_", ["brat", "webanno", "xmi"])
@pytest.mark.parametrize("split", [[], ["--split", "train=1,dev=1", "--seed", "3"]])
def test_an_export_with_a_file_for_each_article_can_be_imported(
    run: Run, corpus: Path, tmp_path: Path, format_: str, split: list[str]
) -> None:
    target = tmp_path / "out"
    ended = run("export", corpus, target, "--format", format_, "--state", "all", *SAMIRA, *split, "--json")
    assert (ended.code, "refused" in ended.err) == (0, False)
    report = ended.json
    assert list(report)[: len(KEYS)] == KEYS
    assert report == msgspec.json.decode((tmp_path / "out.report.json").read_bytes())
    assert (report["articles"], report["spans"], report["written"], report["verified"]) == (2, 2, 2, True)
    assert {path.name for path in target.iterdir() if path.is_dir()} == ({"train", "dev"} if split else set())
    ended = run("import", tmp_path / "again.corpus", target, *SAMIRA, "--json")
    assert (ended.code, ended.err) == (0, "")
    no_remarks: dict[str, list[object]] = {"skipped": [], "repaired": [], "noticed": []}
    assert ended.json == {"added": 2, "duplicates": 0, "spans": 2, **no_remarks, "changed": 0, "removed": 0}
    articles: dict[str, Any] = {}
    for which in (corpus, tmp_path / "again.corpus"):
        for article in run("list", which, "--json").json:
            record = run("show", which, article["id"], "--json").json
            keys = ("start", "end", "label", "value", "annotator", *(["note"] if format_ == "brat" else []))
            spans = [tuple(span[key] for key in keys) for span in record["spans"] if span["annotator"] == "سميرة"]
            assert articles.setdefault(record["uid"], (record["text"], sorted(spans))) == (
                record["text"],
                sorted(spans),
            )
    assert len(articles) == 2


def test_export_reports_articles_the_format_cannot_hold_and_writes_the_rest(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "out"
    source.write_bytes(
        b'{"text": "bad \\u001f", "spans": [{"start": 0, "end": 3, "label": "DATE"}]}\n{"text": "good"}\n'
    )
    assert run("import", tmp_path / "a.corpus", source).code == 0
    ended = run("export", tmp_path / "a.corpus", target, "--format", "xmi", "--state", "all", "--json")
    reason = "The text contains a character that XML does not allow: U+001F."
    assert ended.code == 1
    assert ended.json["left_out"] == [{"article": 1, "reason": reason, "code": "invalid_character"}]
    assert ended.err.splitlines() == [
        f"annotator: {tmp_path / 'a.corpus'}: 1: {reason}",
        f"annotator: {tmp_path / 'a.corpus'}: 1:0-3 “bad” (DATE): {reason}",
    ]
    assert {path.name for path in target.iterdir()} == {"TypeSystem.xml", "article-00002.xmi"}


def test_a_foreign_folder_is_refused_in_one_line(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine").write_text("mine")
    ended = run("export", corpus, target, "--format", "brat", *SAMIRA)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.count("\n") == 1
    assert f"“{target}” already exists" in ended.err
    assert (target / "mine").read_text() == "mine"
    assert not (tmp_path / "out.report.json").exists()


def test_a_missing_package_is_reported_in_one_line(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optional_packages, "is_installed", lambda package: False)
    ended = run("export", corpus, tmp_path / "out.spacy", "--format", "spacy", *SAMIRA)
    assert ended.code == 2
    assert ended.err.splitlines() == [
        (
            "annotator: This needs spaCy, which is not installed. "
            'To install it, run this in a source checkout: pip install ".[spacy]"'
        )
    ]
    assert list(tmp_path.glob("out*")) == []
    message = run("--language", "ar", "export", corpus, tmp_path / "out.spacy", "--format", "spacy", *SAMIRA).err
    assert "غير مثبَّت" in message
    assert 'pip install ".[spacy]"' in message


def test_a_docbin_has_a_full_report(run: Run, corpus: Path, tmp_path: Path) -> None:
    consumer("spacy")
    ended = run("export", corpus, tmp_path / "out.spacy", "--format", "spacy", *SAMIRA, "--json")
    report = ended.json
    assert ended.code == 0
    assert [report[key] for key in ("format", "spans", "written", "verified")] == ["spacy", 2, 1, True]
    (entry,) = report["flattened"]
    assert (entry["became"], entry["reason"].endswith('It is kept in doc.spans["sc"], where spans may overlap.')) == (
        "2024-2025",
        True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit on the size of files")
def test_a_full_disk_is_reported_in_one_line_and_leaves_the_old_file(run: Run, corpus: Path, tmp_path: Path) -> None:
    import resource as limits

    with Corpus.open(corpus) as opened:
        opened.add(build_article("كلمة " * 20_000))
    target = tmp_path / "out" / "out.conll"
    target.parent.mkdir()
    assert run("export", corpus, target, "--format", "conll2002", *SAMIRA).code == 0
    old = {path.name: path.read_bytes() for path in target.parent.iterdir()}
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (40_000, hard))  # more than SQLite needs to read
    try:
        ended = run("export", corpus, target, "--format", "conll2002", *SAMIRA, "--state", "all")
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert str(target) in ended.err
    assert {path.name: path.read_bytes() for path in target.parent.iterdir()} == old


def test_an_empty_export_is_an_error_and_leaves_the_old_file(run: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = ["export", corpus, tmp_path / "out.conll", "--format", "conll2002", "--annotator", "salma"]
    assert run(*arguments, "--state", "all").code == 0
    before = (tmp_path / "out.conll").read_bytes()
    ended = run(*arguments, "--json")
    assert ended.code == 1
    assert ended.err == (
        "annotator: No articles are done, so nothing was exported. Mark articles as done, or use --state all.\n"
    )
    assert list(ended.json)[: len(KEYS)] == KEYS
    assert (ended.json["articles"], ended.json["verified"]) == (0, False)
    assert (tmp_path / "out.conll").read_bytes() == before
    ended = run(*arguments)
    assert (ended.code, ended.out) == (1, b"")


def test_an_empty_corpus_is_reported(run: Run, tmp_path: Path) -> None:
    Corpus.create(tmp_path / "empty.corpus", default_labels()).close()
    ended = run("export", tmp_path / "empty.corpus", tmp_path / "out", "--format", "jsonl", "--state", "all")
    assert (ended.code, ended.out) == (1, b"")
    assert ended.err == "annotator: There is nothing to export: the corpus has no articles.\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format_", ["conll2003", "jsonl"])
def test_a_corpus_is_never_replaced(run: Run, corpus: Path, tmp_path: Path, format_: str) -> None:
    victim = tmp_path / "victim.corpus"
    assert run("backup", corpus, victim).code == 0
    before = victim.read_bytes()
    for force in ([], ["--force"]):
        ended = run("export", corpus, victim, "--format", format_, *SAMIRA, *force)
        assert (ended.code, ended.out) == (2, b"")
        reason = f"“{victim}” is a corpus, which an export never replaces; choose another name."
        assert ended.err == f"annotator: {reason}\n"
    assert victim.read_bytes() == before
    assert not (tmp_path / "victim.corpus.report.json").exists()


def test_a_report_never_replaces_a_corpus(run: Run, corpus: Path, tmp_path: Path) -> None:
    victim = tmp_path / "out.report.json"
    assert run("backup", corpus, victim).code == 0
    before = victim.read_bytes()
    for target in ([tmp_path / "out"], ["-", "--report", victim]):
        ended = run("export", corpus, *target, "--format", "jsonl", *SAMIRA, "--force")
        assert (ended.code, ended.out) == (2, b"")
        assert "is a corpus, which an export never replaces" in ended.err
    assert victim.read_bytes() == before


def test_force_replaces_a_folder_only_if_it_was_an_export(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    arguments = ["export", corpus, target, "--format", "brat", *SAMIRA]
    assert run(*arguments).code == 0
    (target / "article-00001.ann").write_text("changed")
    assert run(*arguments).err.endswith("Use --force to replace it.\n")
    assert (target / "article-00001.ann").read_text() == "changed"
    assert run(*arguments, "--force").code == 0
    (tmp_path / "out.report.json").unlink()
    ended = run(*arguments, "--force")
    assert (ended.code, "--force" in ended.err) == (2, False)


def test_the_parts_are_listed_with_their_sizes_and_what_is_uneven_is_noted(
    run: Run, corpus: Path, tmp_path: Path
) -> None:
    split = ["--state", "all", "--split", "train=50%,test=50%", "--seed", "3"]
    ended = run("export", corpus, tmp_path / "parts", "--format", "conll2002", *SAMIRA, *split)
    assert ended.code == 0
    assert ended.text.splitlines()[1:3] == [
        "  train: 1 article, 0 sentences, 0 tokens, 0 spans",
        "  test: 1 article, 2 sentences, 17 tokens, 2 spans, PLAN 1",
    ]
    assert ended.err.splitlines() == [
        "annotator: note: The part train has 0 % of the sentences instead of about 50 %.",
        "annotator: note: The part train has no span labelled PLAN.",
        "annotator: note: The part test has 100 % of the sentences instead of about 50 %.",
    ]
    report = msgspec.json.decode((tmp_path / "parts.report.json").read_bytes())
    assert [notice["code"] for notice in report["noticed"]] == ["uneven_part", "label_missing", "uneven_part"]


def test_weights_are_numbers_fractions_or_percentages_in_any_order(run: Run, corpus: Path, tmp_path: Path) -> None:
    contents = []
    for weights in ("train=1,test=3", "test=0.75,train=0.25", "train=25%, test=75 %"):
        arguments = ["--state", "all", "--split", weights, "--seed", "3", "--force"]
        assert run("export", corpus, tmp_path / "a", "--format", "jsonl", *SAMIRA, *arguments).code == 0
        contents.append({path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()})
    assert contents[0] == contents[1] == contents[2]


def test_an_empty_part_is_an_error_of_usage(run: Run, corpus: Path, tmp_path: Path) -> None:
    ended = run("export", corpus, tmp_path / "a", "--format", "jsonl", *SAMIRA, "--state", "all", "--folds", "9")
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.startswith("annotator: The part fold-1/test would have no article")
    assert not (tmp_path / "a").exists()


def test_folds_are_folders_with_two_files(run: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = ["--state", "all", "--folds", "2", "--seed", "3"]
    assert run("export", corpus, tmp_path / "a", "--format", "jsonl", *SAMIRA, *arguments).code == 0
    paths = sorted(path.relative_to(tmp_path / "a").as_posix() for path in (tmp_path / "a").rglob("*.jsonl"))
    assert paths == ["fold-1/test.jsonl", "fold-1/train.jsonl", "fold-2/test.jsonl", "fold-2/train.jsonl"]
    one, two = ((tmp_path / "a" / f"fold-{number}") for number in (1, 2))
    assert (one / "test.jsonl").read_bytes() == (two / "train.jsonl").read_bytes()


def test_standard_output_gets_the_file_and_standard_error_the_summary(run: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = ["--format", "conll2002", *SAMIRA]
    assert run("export", corpus, tmp_path / "a.conll", *arguments).code == 0
    ended = run("export", corpus, "-", *arguments, "--report", tmp_path / "r.json")
    assert (ended.code, ended.out) == (0, (tmp_path / "a.conll").read_bytes())
    assert ended.err.splitlines()[0].startswith("standard output: 1 article, ")
    assert (tmp_path / "r.json").read_bytes() == (tmp_path / "a.conll.report.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("a.conll", "a.conll.report.json", "r.json", corpus.name),
    ]
    assert run("export", corpus, "-", *arguments).err.endswith("What was written was read back and compared first.\n")


@pytest.mark.posix_only("Windows has no /dev")
@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1"])
def test_the_systems_names_of_standard_output_stand_for_it(corpus: Path, tmp_path: Path, path: str) -> None:
    arguments = ["--format", "conll2002", *SAMIRA]
    target, before = tmp_path / "out", Path("/dev/stdout").lstat()
    with target.open("wb") as stdout:  # a link in /dev is one to this file: an export must not replace the link
        command = [sys.executable, "-m", "annotator", "export", str(corpus), path, *arguments]
        subprocess.run(command, stdout=stdout, check=True)
    assert target.read_text(encoding="utf-8").startswith("-DOCSTART-")
    assert sorted(tmp_path.iterdir()) == sorted([corpus, target])
    assert os.path.samestat(Path("/dev/stdout").lstat(), before)


@pytest.mark.posix_only("Windows has no /dev")
def test_an_export_replaces_no_link_of_the_system(run: Run, corpus: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        paths = (f"/dev/fd/{file.fileno()}", f"/proc/self/fd/{file.fileno()}")
        for path in filter(os.path.exists, paths):  # macOS has no /proc
            ended = run("export", corpus, path, "--format", "jsonl", *SAMIRA)
            assert (ended.code, ended.err) == (2, f"annotator: “{path}” cannot be written to.\n")


def test_zones_without_text_are_nothing_to_export(run: Run, corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    arguments = ["export", corpus, target, "--format", "conll2003", *SAMIRA]
    assert run(*arguments).code == 0
    before = target.read_bytes()
    ended = run(*arguments, "--zones", "boilerplate", "--json")
    assert (ended.code, ended.json["articles"], ended.json["verified"]) == (1, 1, False)
    assert ended.err == "annotator: There is nothing to export: the articles have no text in these zones.\n"
    assert target.read_bytes() == before
    assert run("export", corpus, "-", "--format", "jsonl", *SAMIRA, "--zones", "boilerplate").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--format", "jsonl", "--json"], "--json prints the report"),
        (["-", "--format", "brat"], "Only an export to one text file"),
        (["a.jsonl", "--format", "jsonl", "--report", "r.json"], "--report is for exports to standard output"),
    ],
)
def test_what_standard_output_cannot_have_is_an_error(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("export", corpus, *arguments, "--state", "all", *SAMIRA)
    assert (ended.code, ended.out) == (2, b"")
    assert message in ended.err
    assert [*tmp_path.iterdir()] == [corpus]
