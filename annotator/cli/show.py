"""`annotator show CORPUS ID`: shows an article with its zones and spans, or a range of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from annotator.cli.command import corpus_argument, decode_argument, json_option, option
from annotator.cli.console import CommandError, print_json, print_table, print_text
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.formats.json.jsonl import build_record
from annotator.i18n import LazyText, _, count_phrase
from annotator.model.display_names import article_title, zone_title
from annotator.model.links import build_link
from annotator.model.places import Place, describe_missing_range, parse_place
from annotator.model.records import ZONE_KINDS, AnnotatedArticle, Article, Span, Zone
from annotator.store.queries.article_ids import find_article_number
from annotator.tagging.flat import TextRange

_CONTEXT: Final = 200  # code points on each side, in the same line
_NO_ZONE: Final = ""  # the kind of text outside zones


@root.command(
    "show",
    help=LazyText(
        "Show one article of CORPUS with its zones and spans. ID is its number, its uid, or the beginning of its uid. "
        "ID@START-END shows this range, in code points, with the text around it and the spans there, and a link that "
        "opens the window there."
    ),
    examples=(
        (LazyText("Show the first article:"), "annotator show news.corpus 1"),
        (LazyText("Show a range of it:"), "annotator show news.corpus 1@6-13"),
    ),
)
@corpus_argument
@click.argument("id_", metavar="ID", callback=decode_argument)
@option(
    "visual",
    "--visual/--logical",
    default=None,
    help=LazyText(
        "Shape and reorder Arabic for a terminal that does not, or leave it as it is; by default, this is detected."
    ),
)
@json_option
def show(corpus: Path, id_: str, visual: bool | None, as_json: bool) -> None:
    """Show an article."""
    place = parse_place(id_)
    with open_corpus(corpus, readonly=True) as opened, opened.snapshot():
        annotated = opened.load_article(find_article_number(opened, place.article if place else id_))
        is_removed = opened.removal(annotated.article.uid) is not None
    if place:
        link = build_link(corpus, place._replace(article=annotated.article.uid))
        _show_range(annotated, TextRange(place.start, place.end), link, visual=visual, as_json=as_json)
        return
    if as_json:
        print_json(build_record(annotated) | {"removed": is_removed})
        return
    article, zones, spans = annotated.article, list(annotated.zones), annotated.spans
    print_text("\n".join(_format_head(article, zones)), reorder=visual)
    if is_removed:
        print_text(_("Removed from the corpus."), reorder=visual)
    print_text("")
    print_text("\n".join(_format_body(article.text, zones)), reorder=visual)
    print_text("")
    print_text(count_phrase("{count} span", "{count} spans", len(spans)), reorder=visual)
    print_table([_format_row(article.text, span) for span in spans], reorder=visual)


def _show_range(
    annotated: AnnotatedArticle, range_: TextRange, link: str | None, *, visual: bool | None, as_json: bool
) -> None:
    """Show a range of an article, and the link that leads there. Raises CommandError if the text has no such range."""
    article, text = annotated.article, annotated.article.text
    start, end = range_
    if not start < end <= len(text):
        raise CommandError(describe_missing_range(article, Place(str(article.id), start, end)))
    first = max(text.rfind("\n", 0, start) + 1, start - _CONTEXT)
    last = min(f"{text}\n".find("\n", end), end + _CONTEXT)
    before, inside, after = text[first:start], text[start:end], text[end:last]
    spans = tuple(span for span in annotated.spans if span.start < end and start < span.end)
    if as_json:
        record = build_record(replace(annotated, spans=spans))
        keys = ("id", "uid", "title", "published", "source", "url")
        place = {"start": start, "end": end, "before": before, "text": inside, "after": after}
        print_json({key: record[key] for key in keys} | place | {"spans": record["spans"], "link": link})
        return
    print_text("\n".join(_format_head(article, list(annotated.zones))), reorder=visual)
    print_text("")
    print_text(f"{before}⟦{inside}⟧{after}", reorder=visual)
    print_text("")
    print_text(count_phrase("{count} span", "{count} spans", len(spans)), reorder=visual)
    print_table([_format_row(text, span) for span in spans], reorder=visual)
    if link:
        print_text(f"\n{link}", reorder=False)


def _format_head(article: Article, zones: list[Zone]) -> Iterator[str]:
    yield f"{article.id}  {article_title(article, zones)}"
    facts = {
        _("Published"): article.published,
        _("Source"): article.source,
        _("Address"): article.url,
        _("Uid"): article.uid,
    }
    for name, fact in facts.items():
        if fact:
            yield _("{name}: {fact}").format(name=name, fact=fact)


def _format_body(text: str, zones: list[Zone]) -> Iterator[str]:
    """Yield the lines of the text, kinds of zones in brackets above."""
    names = {**{kind: zone_title(kind) for kind in ZONE_KINDS}, _NO_ZONE: _("no zone")}
    last = _NO_ZONE
    for kind, part in _split_by_zones(text, zones):
        if part.strip():
            if kind != last:
                yield f"[{names[kind]}]"
            yield part.strip("\n")
            last = kind


def _split_by_zones(text: str, zones: list[Zone]) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each zone and of the text between."""
    offset = 0
    for zone in zones:
        yield _NO_ZONE, text[offset : zone.start]
        yield zone.kind, text[zone.start : zone.end]
        offset = zone.end
    yield _NO_ZONE, text[offset:]


def _format_row(text: str, span: Span) -> list[str]:
    place = f"{span.start}-{span.end}"
    return [place, span.label, span.annotator, span.value or "-", text[span.start : span.end]]
