"""The second implementation that every export is judged by: it agrees with the first, and nothing false passes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import consumer
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs.reports import finish
from msgspec.structs import replace
from text.texts import layered, marked_texts

from annotator.formats.standoff import brat, xmi
from annotator.jobs.export import exporter
from annotator.jobs.export.expected_outcomes import expect_outcomes
from annotator.jobs.export.exporter import NESTED, TAGGED, TWOFOLD, Options, export
from annotator.jobs.export.read_back import NotVerified
from annotator.model import labels
from annotator.model.operations import Rejected
from annotator.model.records import DONE, ZONE_KINDS, Article, Draft, Span, Status, Zone, article_uid, new_uid
from annotator.resources import resource
from annotator.store.corpus import Corpus
from annotator.tagging import combined, flat, nested, schemes
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS, Fate, Stretch, project
from annotator.text import tokenizer

LABELS = labels.decode(resource("labels", "default.toml").read_bytes())
GROUPS: dict[str, Callable[[Span], str | None]] = {
    "flat": lambda _span: "",
    "within label": lambda span: span.label,
    "nested": lambda _span: None,
}
projections = st.builds(
    flat.Options,
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
)


@pytest.mark.parametrize("kind", GROUPS)
@settings(max_examples=400, deadline=None)
@given(layer=layered() | layered(marked_texts), options=projections)
def test_both_implementations_agree(
    kind: str, layer: tuple[Article, list[Zone], list[Span]], options: flat.Options
) -> None:
    article, zones, spans = layer
    if kind == "flat":
        fates = project(article, zones, spans, LABELS, options).fates
    else:
        within = kind == "nested"
        fates = nested.project_levels(article, zones, spans, LABELS, options, within_label=within).fates
    expected = expect_outcomes(article, zones, spans, options, LABELS, GROUPS[kind])
    assert {uid: (one.outcome, one.stretch) for uid, one in expected.items()} == {
        fate.span.uid: (fate.outcome, fate.stretch) for fate in fates
    }


def item() -> Draft:
    """An article with zones, whose spans have every outcome."""
    lines = ["عنوان أمس", "في لوزارة العدل خطة العمل 2024-2025 أمس ثم قالت وزارة الصحة", "خارج النص"]
    whole = "\n".join(lines)
    uid = article_uid(whole)
    starts = [0, len(lines[0]) + 1, len(lines[0]) + len(lines[1]) + 2]
    zones = [
        Zone(new_uid(), uid, kind, start, start + len(line))
        for kind, start, line in zip(("headline", "body", "boilerplate"), starts, lines, strict=True)
    ]
    found = [
        *(("أمس", "DATE"), ("وزارة العدل", "INSTITUTION"), ("خطة العمل 2024-2025", "PLAN"), ("2024-2025", "DATE")),
        *(
            ("وزارة الصحة", "INSTITUTION"),
            ("الصحة\nخارج", "PLAN"),
            ("النص", "PLAN"),
            ("العمل", "PLAN"),
            ("ثم ", "DATE"),
        ),
    ]
    spans = [
        Span(new_uid(), uid, "سلمى", label, whole.rindex(part), whole.rindex(part) + len(part)) for part, label in found
    ]
    return Draft(Article(uid, whole), tuple(zones), tuple(spans), (Status(uid, "سلمى", DONE),))


@pytest.fixture
def corpus(make: Callable[..., Corpus]) -> Corpus:
    return make(item())


def change_fates(change: Callable[[Fate], Fate]) -> Callable[[Any], Any]:
    """What a function of `tagging.flat` becomes that returns fates, if each is changed."""

    def changed(inner: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            fates = inner(*arguments)
            return [change(fate) for fate in fates] if isinstance(fates, list) else change(fates)

        return run

    return changed


def widen_too_far(fate: Fate) -> Fate:
    """A widened span gets the word after it."""
    if not fate.stretch or fate.outcome != flat.WIDENED:
        return fate
    more = tokenizer.tokens(WHOLE, fate.stretch.end)[0]
    return Fate(fate.span, fate.outcome, fate.reason, Stretch(fate.stretch.start, more.end), fate.became)


WHOLE = item().article.text
FALSE = {
    "widened too far": ("_place", change_fates(widen_too_far)),
    "outside the zones": (
        "_place",
        change_fates(lambda fate: Fate(fate.span, flat.OUTSIDE_ZONES, "x") if fate.span.label == "DATE" else fate),
    ),
    "refused": (
        "_place",
        change_fates(lambda fate: Fate(fate.span, flat.REFUSED, "x") if fate.span.label == "DATE" else fate),
    ),
    "flattened": (
        "flattened",
        change_fates(lambda fate: Fate(fate.span, flat.FLATTENED, "x") if fate.span.label == "INSTITUTION" else fate),
    ),
    "written": (
        "_place",
        change_fates(lambda fate: Fate(fate.span, flat.WRITTEN, "", fate.stretch, fate.became)),
    ),
    "in the file as something else": (
        "_place",
        change_fates(lambda fate: replace(fate, became="x") if fate.outcome != flat.WRITTEN else fate),
    ),
    "only the first zone": ("segments", lambda inner: lambda *arguments: inner(*arguments)[:1]),
}


@pytest.mark.parametrize("format_", [*TAGGED, *NESTED, *TWOFOLD], ids=lambda format_: format_.NAME)
@pytest.mark.parametrize("lie", FALSE)
def test_what_an_export_falsely_says_of_a_span_is_found(
    corpus: Corpus, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Any, lie: str
) -> None:
    """The file and the report agree with each other, and not with the corpus."""
    if format_ in TWOFOLD:
        consumer(format_.PACKAGE)
    options = Options(format=format_.NAME)
    assert finish(export(corpus, tmp_path / "right", options)).verified
    if (lie, format_.NAME) == ("flattened", "nested"):
        pytest.skip("it flattens nothing")
    name, change = FALSE[lie]
    inner = getattr(flat, name)
    for module in (flat, nested, combined):
        if getattr(module, name, None) is inner:
            monkeypatch.setattr(module, name, change(inner))
    with pytest.raises(NotVerified):
        finish(export(corpus, out / "a", options))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("outcome", ["written", "flattened", "split"])
def test_a_report_that_says_something_else_than_the_file_is_found(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    account = exporter._Export._account

    def false(self: Any, article: Any, part: Any, fates: list[Fate], *counts: int) -> None:
        told = [replace(fate, outcome=outcome) if fate.outcome == flat.WIDENED else fate for fate in fates]
        account(self, article, part, told, *counts)

    monkeypatch.setattr(exporter._Export, "_account", false)
    with pytest.raises(NotVerified, match="the report is wrong about"):
        finish(export(corpus, out / "a", Options()))


def test_an_entry_that_is_none_of_the_corpus_is_found(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = exporter._entry
    monkeypatch.setattr(exporter, "_entry", lambda article, fate: replace(entry(article, fate), article=7))
    with pytest.raises(NotVerified):
        finish(export(corpus, out / "a", Options()))


@pytest.mark.parametrize("surplus", ["of another article", "of no span", "of a span that has one"])
def test_an_entry_that_is_one_too_many_is_found(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch, surplus: str
) -> None:
    account = exporter._Export._account

    def add_one(self: Any, article: Any, part: Any, fates: list[Fate], *counts: int) -> None:
        account(self, article, part, fates, *counts)
        widened = next(fate for fate in fates if fate.outcome == flat.WIDENED)
        entry = exporter._entry(article, widened)
        if surplus == "of another article":
            entry = replace(entry, article=7)
        elif surplus == "of no span":
            entry = replace(entry, uid=new_uid())
        self.entries[flat.CUT].append(entry)

    monkeypatch.setattr(exporter._Export, "_account", add_one)
    with pytest.raises(NotVerified, match="entries that the corpus does not have"):
        finish(export(corpus, out / "a", Options()))
    assert list(out.iterdir()) == []


def test_an_entry_without_a_reason_is_found(corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = exporter._entry
    monkeypatch.setattr(exporter, "_entry", lambda article, fate: replace(entry(article, fate), reason=""))
    with pytest.raises(NotVerified, match="the report is wrong about"):
        finish(export(corpus, out / "a", Options()))


@pytest.mark.parametrize("format_", [brat, xmi], ids=["brat", "xmi"])
def test_a_span_that_a_format_refuses_without_a_reason_is_found(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch, format_: Any
) -> None:
    monkeypatch.setattr(format_, "fault", lambda span: "x" if span.label == "DATE" else None)
    with pytest.raises(NotVerified):
        finish(export(corpus, out / "a", Options(format=format_.NAME)))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("format_", [brat, xmi], ids=["brat", "xmi"])
def test_an_article_that_is_left_out_without_a_reason_is_found(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, format_: Any
) -> None:
    encode = format_.encode_files

    def rejecting(one: Draft) -> Any:
        if one.article.id == 1:
            raise Rejected("x")
        return encode(one)

    monkeypatch.setattr(format_, "encode_files", rejecting)
    uid = article_uid("نعم")
    other = Draft(Article(uid, "نعم"), (), (), (Status(uid, "سلمى", DONE),))
    with pytest.raises(NotVerified, match="lacks article 1"):
        finish(export(make(item(), other), out / "a", Options(format=format_.NAME)))


def test_tags_are_read_and_not_believed(corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = schemes.encode
    monkeypatch.setattr(schemes, "encode", lambda length, chunks, scheme: encode(length, chunks[:-1], scheme))
    with pytest.raises(NotVerified, match="tags of the file are broken"):
        finish(export(corpus, out / "a", Options()))
