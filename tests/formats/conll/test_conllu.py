"""CoNLL-U: plain as it is written, with what other programs write, and of the dialect that was written once."""

import io
import re
from itertools import chain
from pathlib import Path
from typing import Any

import conllu as consumer
import pytest
from formats.items import labelled_texts, only_articles, read_content
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import article_layers, examples, marked_texts

from annotator.formats.conll import conllu_articles, conllu_sentences
from annotator.formats.conll.conllu import TAGS, read, sniff
from annotator.formats.conll.tag_columns import MalformedFile
from annotator.formats.format import Trace
from annotator.formats.json import jsonl
from annotator.jobs.export import read_back
from annotator.model.article_builder import build_article
from annotator.model.labels import LabelSet
from annotator.model.reasons import Code
from annotator.model.records import AnnotatedArticle, Article, Refusal, Remark, Repair, Span, Zone, article_uid
from annotator.tagging.combined import CombinedProjection
from annotator.tagging.flat import BOUNDARIES, ProjectionOptions, select_ranges
from annotator.tagging.schemes import SCHEMES, encode

TEXT = "«خطة  لوزارة\u200f العدل» 😀\nكـتـاب، أمس."


def read_file(
    folder: Path, content: str | bytes, annotator: str = "ليلى"
) -> tuple[list[AnnotatedArticle], list[Remark]]:
    return read_content(read, folder / "articles.conllu", content, annotator)


def word_lines(*words: str) -> str:
    """Return a sentence of words given as `form`, `form|MISC` or `id form|MISC`."""
    rows = []
    for index, word in enumerate(words, 1):
        head, _bar, misc = word.partition("|")
        match = re.fullmatch(r"(?:([0-9.-]+) )?(.*)", head, re.DOTALL)
        assert match
        id_, form = match.groups()
        rows.append("\t".join((id_ or str(index), form, *"_______", misc or "_")))
    return "\n".join(rows) + "\n\n"


# Written documents


def project_text(item: AnnotatedArticle, **options: Any) -> CombinedProjection:
    return TAGS.project(item, LabelSet(()), ProjectionOptions(**{"zones": None, **options}))


def write_articles(*items: AnnotatedArticle, scheme: str = "iob2", **options: Any) -> str:
    stream = io.StringIO()
    for item in items:
        TAGS.write(stream, project_text(item, **options), scheme)
    return stream.getvalue()


def test_write_makes_exactly_these_lines() -> None:
    spans = [Span("u1", "", "سلمى", "PLAN", 1, 19, "2030|x"), Span("u2", "", "سلمى", "EMOJI", 21, 22, None, "_")]
    item = build_article(TEXT, title="خطة", zones=[Zone("z", "", "headline", 0, 19)], spans=spans)
    item = replace(item, article=replace(item.article, id=7))

    def row(*fields: str) -> str:
        return "\t".join((*fields[:2], *"_______", fields[2])) + "\n"

    assert write_articles(item) == (
        f"# newdoc id = {item.article.uid}\n# newpar\n# sent_id = 7-1\n# sent_offset = 0\n# text = «خطة لوزارة العدل\n"
        + row("1", "«", "name=O|SpaceAfter=No")
        + row("2", "خطة", "name=B-PLAN")
        + row("3", "لوزارة", "name=I-PLAN")
        + row("4", "العدل", "name=I-PLAN|SpaceAfter=No")
        + "\n# sent_id = 7-2\n# sent_offset = 19\n# text = » 😀\n"
        + row("1", "»", "name=O")
        + row("2", "😀", "name=B-EMOJI")
        + "\n# newpar\n# sent_id = 7-3\n# sent_offset = 23\n# text = كـتـاب، أمس.\n"
        + row("1", "كـتـاب", "name=O|SpaceAfter=No")
        + row("2", "،", "name=O")
        + row("3", "أمس", "name=O|SpaceAfter=No")
        + row("4", ".", "name=O")
        + "\n"
    )


LAYERS = st.lists(article_layers() | article_layers(marked_texts), min_size=1, max_size=3)


@examples(200)
@given(layers=LAYERS, scheme=st.sampled_from(SCHEMES), boundary=st.sampled_from(BOUNDARIES))
def test_written_articles_are_read_back(
    layers: list[tuple[Article, list[Zone], list[Span]]], scheme: str, boundary: str
) -> None:
    items = [AnnotatedArticle(article, tuple(zones), tuple(spans)) for article, zones, spans in layers]
    stream = io.StringIO(write_articles(*items, scheme=scheme, boundary=boundary))
    for item, tags in zip(items, TAGS.read_articles(stream), strict=True):
        projection = project_text(item, boundary=boundary)
        (lines,) = tags.lines
        parts = select_ranges(item.article, item.zones, None)
        ranges = read_back.locate_sentences(item.article.text, parts, lines.lines)
        assert tags.trace == Trace(item.article.uid, [range_.start for range_ in ranges])
        sentences = ([*map(projection.token_text, sentence.tokens), ""] for sentence in projection.sentences)
        assert lines.lines.split("\n")[:-1] == list(chain.from_iterable(sentences))
        assert read_back.decode_spans(item.article.text, parts, lines, scheme) == sorted(
            (*outcome.exported_range, outcome.span.label) for outcome in projection.outcomes if outcome.exported_range
        )


@examples(200)
@given(layers=LAYERS)
def test_other_programs_read_words_text_and_tags(layers: list[tuple[Article, list[Zone], list[Span]]]) -> None:
    items = [AnnotatedArticle(article, tuple(zones), tuple(spans)) for article, zones, spans in layers]
    content = write_articles(*items)
    expected = [sentence for item in items for sentence in project_text(item).sentences]
    sentences = [sentence for sentence in consumer.parse(content) if sentence]
    assert [len(sentence) for sentence in sentences] == [len(sentence) for sentence in expected]
    for sentence, projected in zip(sentences, expected, strict=True):
        assert [token["id"] for token in sentence] == list(range(1, len(sentence) + 1))
        text = "".join(token["form"] + ("" if token["misc"].get("SpaceAfter") == "No" else " ") for token in sentence)
        assert sentence.metadata["text"] == text.rstrip(" ")
        tags = [token["misc"]["name"] for token in sentence]
        assert tags == encode(len(tags), projected.flat_chunks, "iob2")
    has_words = any(project_text(item).sentences for item in items)
    assert not has_words or sniff("a.conllu", content.encode()[: 1 << 16])


def test_written_articles_are_imported_with_their_lines_and_entities(tmp_path: Path) -> None:
    spans = [Span("u1", "", "سلمى", "PLAN", 1, 19), Span("u2", "", "سلمى", "EMOJI", 21, 22)]
    other = build_article("أمس. غدا\n\nاليوم", zones=[])
    (first, second), refusals = read_file(tmp_path, write_articles(build_article(TEXT, spans=spans), other))
    assert refusals == []
    assert first.article.text == "«خطة لوزارة العدل» 😀\nكـتـاب، أمس."
    assert labelled_texts(first) == [("خطة لوزارة العدل", "PLAN"), ("😀", "EMOJI")]
    assert second.article.text == "أمس. غدا\nاليوم"
    assert (first.article.title, second.article.title) == (None, None)


def test_an_article_without_words_is_a_document_without_sentences(tmp_path: Path) -> None:
    item = build_article("أمس", zones=[])
    empty = write_articles(item, zones=frozenset({"body"}))
    assert empty == f"# newdoc id = {item.article.uid}\n"
    content = empty + write_articles(item) + empty
    assert [tags.lines[0].lines for tags in TAGS.read_articles(io.StringIO(content))] == ["", "أمس\n\n", ""]
    assert [item.article.text for item in read_file(tmp_path, content)[0]] == ["أمس"]
    assert [[token["form"] for token in sentence] for sentence in consumer.parse(content) if sentence] == [["أمس"]]


ROW = "1\tنص\t_\t_\t_\t_\t_\t_\t_\tname=O\n"
HEAD = "# newdoc id = x\n# newpar\n# sent_id = 1-1\n# sent_offset = 0\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (ROW, 1),
        ("\n", 1),
        ("# newdoc id = x\n\n", 2),
        (HEAD + "\n", 2),
        (HEAD + "# text = نص\n\n", 2),
        (HEAD + ROW + "\n", 2),
        (HEAD + "# text = نص\n" + ROW, 7),
        (HEAD + "# text = نص\n" + ROW.rstrip("\n"), 6),
        (HEAD + "# text = نس\n" + ROW + "\n", 5),
        (HEAD + "# text = نص\n" + ROW + "\n\n", 8),
        (HEAD + "# text = نص نص\n" + ROW + ROW + "\n", 7),
        (HEAD + "# text = نص\n" + ROW.replace("name=O", "_") + "\n", 6),
        (HEAD + "# text = نص\n" + ROW.replace("\t_", "", 1) + "\n", 6),
        (HEAD.replace("= 0", "= -1") + "# text = نص\n" + ROW + "\n", 2),
        (HEAD.replace("1-1", "x") + "# text = نص\n" + ROW + "\n", 2),
    ],
)
def test_reading_back_refuses_malformed_files(content: str, line: int) -> None:
    with pytest.raises(MalformedFile, match=f"^Line {line} "):
        list(TAGS.read_articles(io.StringIO(content)))


# The dialect of version 0.1.0

DIALECT = Path(__file__).resolve().parents[2] / "fixtures" / "conllu"
"""Articles that version 0.1.0 wrote, as CoNLL-U and as JSON lines."""


def content_of(item: AnnotatedArticle) -> tuple[object, ...]:
    """Return what an article has, without the uids of zones, and its title, which JSON lines have as displayed."""
    zones = [(zone.kind, zone.start, zone.end) for zone in item.zones]
    spans = sorted(item.spans, key=lambda span: span.uid)
    return replace(item.article, title=None), zones, spans, item.states, item.notes


def test_files_of_version_0_1_0_are_read_completely(tmp_path: Path) -> None:
    path = DIALECT / "dialect-0.1.0.conllu"
    articles = only_articles(read(path, "ليلى"))
    expected = only_articles(jsonl.read(DIALECT / "dialect-0.1.0.jsonl", "ليلى"))
    assert list(map(content_of, articles)) == list(map(content_of, expected))
    assert [item.article.title for item in articles] == [" معرض | \\ ", None, None, "_"]
    assert sum(len(item.spans) for item in articles) == 23
    assert sniff(path.name, path.read_bytes())


def own_document(zones: str = "", states: str = "") -> str:
    """Return a document of the dialect."""
    uid = article_uid("خطة 2030")
    head = f"# newdoc id = {uid}\n# spans = start:end:label:annotator:uid:value:note\n{zones}{states}"
    return head + word_lines("خطة|Span=0:8:PLAN:سلمى:u:_:_", "2030|SpaceAfter=No")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("0:8:PLAN", "0:9:PLAN", "A span from 0 to 9 is not within the text."),
        ("0:8:PLAN", "8:8:PLAN", "A span from 8 to 8 is not within the text."),
        ("0:8:PLAN", "-1:8:PLAN", "A span from -1 to 8 is not within the text."),
        ("0:8:PLAN", f"0:{'9' * 5000}:PLAN", f"A span from 0 to {'9' * 5000} is not within the text."),
        ("0:8:PLAN", "0:8", "“0:8:سلمى:u:_:_” is not a valid entry of “Span”."),
        (
            "خطة\t",
            "خطه\t",
            "The text has changed since its spans and zones were written, so they are skipped.",
        ),
    ],
)
def test_an_invalid_span_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    items, refusals = read_file(tmp_path, own_document().replace(old, new, 1))
    assert [refusal.reason for refusal in refusals] == [reason]
    assert [item.spans for item in items] == [()]


@pytest.mark.parametrize(
    ("old", "new", "reason", "zones"),
    [
        ("body:0:3", "body:0:99", "A zone from 0 to 99 is not within the text.", [("body", 0, 8)]),
        ("body:0:3", "body:0:٣", "A zone from 0 to -1 is not within the text.", [("body", 0, 8)]),
        ("body:0:3", "footer:0:3", "“footer” is not a kind of zone.", [("body", 0, 8)]),
        ("body:0:3", "body:0:3 body:1:4", "Two zones overlap at 1.", [("body", 0, 8)]),
        ("body:0:3", "body:0", "“body:0” is not a valid entry of “zones”.", []),
        (":done", ":finished", "Invalid state “finished” for annotator “سلمى”.", [("body", 0, 3)]),
    ],
)
def test_invalid_zones_and_states_are_refused(
    tmp_path: Path, old: str, new: str, reason: str, zones: list[tuple[str, int, int]]
) -> None:
    content = own_document("# zones = body:0:3\n", "# states = سلمى:done\n")
    (item,), refusals = read_file(tmp_path, content.replace(old, new, 1))
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(1, reason)]
    assert [(zone.kind, zone.start, zone.end) for zone in item.zones] == zones
    assert [span.uid for span in item.spans] == ["u"]


def test_a_duplicate_uid_and_a_blank_annotator_are_replaced(tmp_path: Path) -> None:
    content = own_document().replace("Span=0:8:PLAN:سلمى:u:_:_", "Span=0:8:PLAN::u:_:_;0:8:DATE:\\s:u:_:_")
    (item,), refusals = read_file(tmp_path, content)
    assert refusals == []
    assert [(span.label, span.annotator) for span in item.spans] == [("PLAN", "ليلى"), ("DATE", "ليلى")]
    assert item.spans[0].uid == "u" != item.spans[1].uid


def test_half_a_character_stays_an_escape(tmp_path: Path) -> None:
    (item,), _refusals = read_file(tmp_path, own_document().replace("PLAN", "\\ud83d\\x"))
    assert [span.label for span in item.spans] == ["\\ud83d\\x"]


def test_carriage_returns_and_a_byte_order_mark_are_ignored(tmp_path: Path) -> None:
    content = "\ufeff" + own_document().rstrip("\n").replace("\n", "\r\n")
    (item,), refusals = read_file(tmp_path, content)
    assert refusals == []
    assert (item.article.text, len(item.spans)) == ("خطة 2030", 1)


# Documents of other programs


def test_spaces_come_from_the_text_of_a_sentence(tmp_path: Path) -> None:
    content = "# text = قال:  نعم\u00a0غدا.\n" + word_lines("قال|SpaceAfter=No", ":", "نعم", "غدا", ".")
    (item,), refusals = read_file(tmp_path, content)
    assert refusals == []
    assert item.article.text == "قال:  نعم\u00a0غدا."
    assert [(zone.kind, zone.start, zone.end) for zone in item.zones] == [("body", 0, 14)]


def test_spaces_come_from_the_words_if_there_is_no_text(tmp_path: Path) -> None:
    (item,), refusals = read_file(tmp_path, word_lines("قال|SpaceAfter=No", ":", "نعم|SpaceAfter=No|X=y", "."))
    assert (item.article.text, refusals) == ("قال: نعم.", [])


def test_words_that_differ_from_the_text_are_reported(tmp_path: Path) -> None:
    (item,), refusals = read_file(tmp_path, "# text = قال لا\n" + word_lines("قال", "نعم"))
    assert item.article.text == "قال نعم"
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [
        (1, "The words of the sentence do not match its text, so the text is rebuilt from the words.")
    ]
    assert len(read_file(tmp_path, "# text = قال نعم لا\n" + word_lines("قال", "نعم"))[1]) == 1


def test_spaces_in_misc_of_udpipe_are_read(tmp_path: Path) -> None:
    content = (
        "# text = a b\n"
        + word_lines("a|SpacesBefore=\\t", "b c|SpacesInToken=b\\nc|SpacesAfter=\\s\\n")
        + word_lines("d")
    )
    (item,), refusals = read_file(tmp_path, content)
    assert (item.article.text, refusals) == ("\ta b\nc \nd", [])


def test_a_sentence_is_a_line_unless_the_document_marks_paragraphs(tmp_path: Path) -> None:
    ends = word_lines("أ", ".|SpaceAfter=No")
    assert read_file(tmp_path, ends + ends)[0][0].article.text == "أ .\nأ ."
    content = (
        "# newpar\n"
        + word_lines("أ")
        + word_lines("ب|SpaceAfter=No")
        + word_lines("ج")
        + "# newpar id = 2\n"
        + word_lines("د")
    )
    assert read_file(tmp_path, content)[0][0].article.text == "أ ب" + "ج\nد"


def test_multiword_tokens_are_read_and_empty_nodes_skipped(tmp_path: Path) -> None:
    content = word_lines("1-2 للبنك|SpaceAfter=No", "1 ل", "2 البنك|SpaceAfter=_", "2.1 _", "3 ،", "4 غدا")
    (item,), refusals = read_file(tmp_path, "# text = للبنك، غدا\n" + content)
    assert (item.article.text, refusals) == ("للبنك، غدا", [])
    assert read_file(tmp_path, content)[0][0].article.text == "للبنك، غدا"


def test_entities_are_read_in_any_scheme(tmp_path: Path) -> None:
    words = ("زار", "محمد|NER={}-PER", "السادس|NER={}-PER", "فاس|ner={}-LOC", "أمس|NER=O")
    for scheme in ("BIB", "BES", "BLU", "III"):
        tags = iter(scheme)
        content = word_lines(*(word.format(next(tags)) if "{" in word else word for word in words))
        (item,), refusals = read_file(tmp_path, word_lines("قبل") + content)
        assert refusals == []
        assert labelled_texts(item) == [("محمد السادس", "PER"), ("فاس", "LOC")]
        assert {span.annotator for span in item.spans} == {"ليلى"}


def test_names_are_read_only_if_they_are_tags(tmp_path: Path) -> None:
    content = word_lines(
        "زار|name=Yes", "محمد|name=B-PER", "السادس|name=I-PER", "فاس|name=B-LOC|NER=B-GPE", "أمس|name=O"
    )
    (item,), refusals = read_file(tmp_path, content)
    assert (labelled_texts(item), refusals) == ([("محمد السادس", "PER"), ("فاس", "GPE")], [])


def test_entities_on_multiword_tokens_are_read(tmp_path: Path) -> None:
    content = word_lines(
        "1-2 للبنك", "1 ل|NER=O", "2 البنك|NER=B-ORG", "3 الدولي|NER=I-ORG", "4-5 بها|NER=B-X", "4 ب", "5 ها"
    )
    (item,), refusals = read_file(tmp_path, content)
    assert labelled_texts(item) == [("للبنك الدولي", "ORG"), ("بها", "X")]
    reason = "The ORG span starts or ends inside a written word and is widened to the whole word."
    assert refusals == [Repair(str(tmp_path / "articles.conllu"), 3, reason, Code.SPAN_WIDENED)]


def test_repairs_are_reported_once(tmp_path: Path) -> None:
    content = word_lines("أ|NER=PER", "ب|NER=PER", "ج|NER=B-LOC", "د|NER=_", "هـ|NER=B-LOC", "و", "ز|NER=I-X")
    (item,), refusals = read_file(tmp_path, content)
    assert labelled_texts(item) == [("ج", "LOC"), ("هـ", "LOC"), ("ز", "X")]
    assert [(type(remark), remark.line, remark.reason) for remark in refusals] == [
        (Refusal, 1, "“PER” is not a valid tag: treated as O."),
        (Repair, 7, "I-X after O: treated as the start of a span."),
    ]


def test_unsupported_entities_are_counted(tmp_path: Path) -> None:
    words = ("a|Entity=(e1-person-1", "b|Entity=(e2)e1)", "c|Entity=e0)", "d|NamedEntity=Yes", "e|Span=1:2")
    (item,), refusals = read_file(tmp_path, word_lines(*words))
    assert item.spans == ()
    assert [(refusal.line, refusal.reason) for refusal in sorted(refusals, key=lambda refusal: refusal.line)] == [
        (1, "2 annotations of type “Entity” are skipped."),
        (4, "1 annotation of type “NamedEntity” is skipped."),
        (5, "1 annotation of type “Span” is skipped."),
    ]


def test_documents_are_articles(tmp_path: Path) -> None:
    content = (
        "# global.Entity = eid-etype\n\n# newdoc id = first\n# url = https://a.ma\n"
        + word_lines("أ")
        + word_lines("ب")
        + "# newdoc\n# title = ثان\n"
        + word_lines("ج")
        + "# end\n"
    )
    items, refusals = read_file(tmp_path, content)
    assert refusals == []
    assert [(item.article.title, item.article.url, item.article.text, item.line) for item in items] == [
        ("first", "https://a.ma", "أ\nب", 3),
        ("ثان", None, "ج", 9),
    ]


# Invalid input


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1\tword", "The line is not a word with ten tab-separated columns."),
        (b"x\tword\t_\t_\t_\t_\t_\t_\t_\t_", "The line is not a word with ten tab-separated columns."),
        (b"3-1\tword\t_\t_\t_\t_\t_\t_\t_\t_", "The line is not a word with ten tab-separated columns."),
        (b"1-999\tword\t_\t_\t_\t_\t_\t_\t_\t_", "The line is not a word with ten tab-separated columns."),
        (b"9" * 5000 + b"\tword\t_\t_\t_\t_\t_\t_\t_\t_", "The line is not a word with ten tab-separated columns."),
        (b"1\t\t_\t_\t_\t_\t_\t_\t_\t_", "The line is not a word with ten tab-separated columns."),
        (b"1\t\xff\t_\t_\t_\t_\t_\t_\t_\t_", "The line is not valid UTF-8."),
    ],
)
def test_an_invalid_line_is_refused_and_the_rest_read(tmp_path: Path, line: bytes, reason: str) -> None:
    content = word_lines("أ").encode() + line + b"\n" + word_lines("ب").encode()
    (item,), refusals = read_file(tmp_path, content)
    assert item.article.text == "أ\nب"
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(3, reason)]


def test_invalid_texts_are_refused(tmp_path: Path) -> None:
    content = (
        "# newdoc\n\n# newdoc\n"
        + word_lines("\u200f")
        + "# newdoc\n"
        + word_lines("a\0")
        + "# newdoc\n"
        + word_lines("أ")
    )
    items, refusals = read_file(tmp_path, content)
    assert [item.article.text for item in items] == ["أ"]
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [
        (1, "The text is empty."),
        (3, "The text is empty."),
        (6, "The text contains NUL characters."),
    ]
    assert read_file(tmp_path, "") == read_file(tmp_path, "\n\n# only\n") == ([], [])


def test_articles_and_lines_beyond_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conllu_sentences, "MAX_BYTES", 2_000_000)
    monkeypatch.setattr(conllu_articles, "MAX_BYTES", 2_000_000)
    long = word_lines(*["ـ" * 10_000] * 60) * 2
    items, refusals = read_file(tmp_path, "# newdoc\n" + long + "# newdoc\n" + word_lines("أ"))
    assert [item.article.text for item in items] == ["أ"]
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(1, "The article is longer than 2 MB.")]
    items, refusals = read_file(tmp_path, word_lines("أ") + "#" * 3_000_000 + "\n" + word_lines("ب"))
    assert [item.article.text for item in items] == ["أ"]
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(3, "The line is longer than 2 MB.")]


@examples(200)
@given(data=st.binary(max_size=200) | st.lists(st.sampled_from(["1\t", "_\t", "a", "\n", "#", " = ", "1-2\t", "\\u"])))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes | list[str]) -> None:
    content = data if isinstance(data, bytes) else "".join(data)
    read_file(tmp_path_factory.mktemp("a"), content)


@pytest.mark.parametrize(
    ("name", "content", "is_one"),
    [
        ("a.conllu", word_lines("أ"), True),
        ("a.conll", "\ufeff# text = أ\r\n" + word_lines("أ").replace("\n", "\r\n"), True),
        ("a.conllu", "# only a comment\n", True),
        ("a.txt", "# only a comment\n", False),
        ("a.conllu", "", False),
        ("a.conllu", '{"text": "أ"}\n', False),
        ("a.conll", "-DOCSTART- -X- O O\n\nأ _ _ O\n", False),
        ("a.tsv", "#\thttp://a.ma\n1\tأ\tO\tO\n", False),
        ("a.tsv", "#FORMAT=WebAnno TSV 3.3\n\n#Text=أ\n1-1\t0-1\tأ\t_\t_\t_\t_\t_\t_\t_\t\n", False),
        ("a.tsv", "#FORMAT=WebAnno TSV 3.3\n1-1\t0-1\tأ\t_\t_\t_\t_\t_\t_\t_\n", False),
        ("a.xmi", "<?xml version='1.0'?>", False),
    ],
)
def test_a_file_is_recognised_by_its_words(name: str, content: str, is_one: bool) -> None:
    assert sniff(name, content.encode()) is is_one
