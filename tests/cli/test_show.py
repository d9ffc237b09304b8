"""`annotator show`."""

from pathlib import Path

import pytest
from cli.sample import BODY, DATELINE, HEADLINE, PLAIN, TEXT, Run, locate

from annotator.cli.terminal import reorder_for_display
from annotator.model.links import parse_link
from annotator.model.places import Place
from annotator.model.records import AnnotatedArticle, Article, Zone, article_uid
from annotator.store.corpus import Corpus


def test_json_has_the_keys_of_the_contract(run: Run, corpus: Path) -> None:
    ended = run("show", corpus, 1, "--json")
    assert (ended.code, ended.err) == (0, "")
    value = ended.json
    assert list(value) == [
        *("id", "uid", "title", "published", "source", "url", "text", "zones", "spans"),
        *("states", "notes", "removed"),
    ]
    assert value["text"] == TEXT
    assert value["title"] == HEADLINE
    assert [(zone["kind"], TEXT[zone["start"] : zone["end"]]) for zone in value["zones"]] == [
        ("headline", HEADLINE),
        ("dateline", DATELINE),
        ("body", BODY),
    ]
    start, end = locate("2024-2025")
    assert value["spans"][1] == {
        "uid": "s2",
        "start": start,
        "end": end,
        "label": "DATE",
        "annotator": "سميرة",
        "value": "2024/2025",
        "note": "فترة",
        "text": "2024-2025",
    }
    assert [span["uid"] for span in value["spans"]] == ["s1", "s2", "s3"]
    assert TEXT.split("\n")[0].encode() in ended.out


def test_an_article_is_found_by_its_uid_too(run: Run, corpus: Path) -> None:
    assert run("show", corpus, article_uid(PLAIN), "--json").json["id"] == 2
    assert run("show", corpus, "٢", "--json").json["id"] == 2


@pytest.mark.parametrize("identity", ["3", "0", "nothing", "9" * 30, article_uid("")])
def test_a_missing_article_is_reported(run: Run, corpus: Path, identity: str) -> None:
    ended = run("show", corpus, identity)
    assert ended.code == 2
    assert ended.out == b""
    assert identity in ended.err
    assert ended.err.count("\n") == 1


def test_show_prints_the_text_by_zones_then_the_spans(run: Run, corpus: Path) -> None:
    lines = run("show", corpus, 1).text.splitlines()
    assert lines[0] == f"1  {HEADLINE}"
    assert "Published: 2024-07-09T09:00" in lines
    assert "Address: https://example.org/1" in lines
    body = lines.index("[headline]")
    assert lines[body : body + 6] == ["[headline]", HEADLINE, "[dateline]", DATELINE, "[body]", BODY]
    spans = lines.index("3 spans")
    assert [line.split()[1] for line in lines[spans + 1 :]] == ["PLAN", "DATE", "INSTITUTION"]
    start, end = locate("2024-2025")
    assert lines[spans + 2].split() == [f"{start}-{end}", "DATE", "سميرة", "2024/2025", "2024-2025"]


def test_a_text_without_zones_is_shown_completely(run: Run, corpus: Path) -> None:
    assert PLAIN in run("show", corpus, 2).text
    assert "0 spans" in run("show", corpus, 2).text


def test_consecutive_zones_of_one_kind_share_a_heading(run: Run, tmp_path: Path, corpus: Path) -> None:
    text = "before\none\ntwo\nbetween\nthree\nafter"
    uid = article_uid(text)
    zones = tuple(Zone(part, uid, "body", *locate(part, text)) for part in ("one", "two", "three"))
    with Corpus.open(corpus) as opened:
        opened.add(AnnotatedArticle(Article(uid, text), zones))
    lines = run("show", corpus, 3).text.splitlines()
    assert lines[lines.index("before") : lines.index("after") + 1] == [
        *("before", "[body]", "one", "two", "[no zone]", "between", "[body]", "three", "[no zone]", "after"),
    ]


def test_visual_lays_out_arabic_and_logical_leaves_it(run: Run, corpus: Path) -> None:
    logical = run("show", corpus, 1, "--logical")
    assert logical == run("show", corpus, 1)
    output = run("show", corpus, 1, "--visual").text
    assert HEADLINE not in output
    assert reorder_for_display(HEADLINE) in output
    assert reorder_for_display(BODY) in output.splitlines()
    assert any(
        line.endswith(reorder_for_display("وزارة العدل")) and "INSTITUTION" in line for line in output.splitlines()
    )


def test_json_is_never_laid_out(run: Run, corpus: Path) -> None:
    assert run("show", corpus, 1, "--visual", "--json") == run("show", corpus, 1, "--json")


def test_a_range_is_shown_with_its_line_and_the_spans_there(run: Run, corpus: Path) -> None:
    start, end = locate("2024-2025")
    ended = run("show", corpus, f"{article_uid(TEXT)}@{start}-{end}")
    lines = ended.text.splitlines()
    assert ended.code == 0
    assert lines[0] == f"1  {HEADLINE}"
    assert HEADLINE.replace("2024-2025", "⟦2024-2025⟧") in lines
    assert lines[-5] == "2 spans"
    assert lines[-2] == ""
    assert parse_link(lines[-1]) == (corpus.absolute(), Place(article_uid(TEXT), start, end))
    assert not [line for line in lines if BODY in line]


def test_a_range_in_json_counts_code_points(run: Run, corpus: Path) -> None:
    start, end = locate("👍🏽")
    value = run("show", corpus, f"1@{start}-{end}", "--json").json
    assert (value["uid"], value["start"], value["end"], value["spans"]) == (article_uid(TEXT), start, end, [])
    assert (value["before"], value["text"], value["after"]) == BODY.partition("👍🏽")
    assert parse_link(value["link"]) == (corpus.absolute(), Place(article_uid(TEXT), start, end))
    whole = run("show", corpus, f"1@0-{len(TEXT)}", "--json").json
    assert (whole["before"], whole["text"], whole["after"]) == ("", TEXT, "")
    assert [span["uid"] for span in whole["spans"]] == ["s1", "s2", "s3"]


@pytest.mark.parametrize("place", ["1@5-5", "1@6-5", "1@0-9999", "7@0-1", "1@-1-3", "1@a-b", "@0-1"])
def test_a_range_that_is_not_there_is_an_error(run: Run, corpus: Path, place: str) -> None:
    ended = run("show", corpus, place)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.count("\n") == 1


def test_where_no_link_leads_none_is_shown(run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.cli.show.build_link", lambda _corpus, _place: None)  # as to a path of a network
    assert run("show", corpus, "1@0-3", "--json").json["link"] is None
    assert run("show", corpus, "1@0-3").text.endswith("\n\n0 spans\n")
