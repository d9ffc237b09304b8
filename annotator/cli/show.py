"""`annotator show CORPUS ID`: one article with its spans."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from annotator.cli.command import Help, corpus_argument, identity, json_option, words
from annotator.cli.console import emit, say, table
from annotator.formats.json.jsonl import record
from annotator.i18n import _, ngettext
from annotator.model.display_names import zone_title
from annotator.model.records import ZONE_KINDS, Article, Span, Zone
from annotator.model.titles import title
from annotator.store.corpus import Corpus

_NONE: Final = ""  # the kind of what is in no zone


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    visual = click.Option(
        ["visual", "--visual/--logical"],
        default=None,
        help=_("Lay out Arabic for a terminal that cannot, or leave it as it is; else this is found out."),
    )
    return Help(
        "show",
        callback=_show,
        params=[corpus_argument(), click.Argument(["id_"], metavar="ID", callback=words), visual, json_option()],
        help=_("Show one article of CORPUS with its zones and spans. ID is its number or its uid."),
    )


def _show(corpus: Path, id_: str, visual: bool | None, as_json: bool) -> int:
    with Corpus.open(corpus, readonly=True) as opened, opened.snapshot():
        found = opened.whole(identity(id_))
    if as_json:
        emit(record(found))
        return 0
    article, zones, spans = found.article, list(found.zones), found.spans
    say("\n".join(_head(article, zones)), reorder=visual)
    say("")
    say("\n".join(_body(article.text, zones)), reorder=visual)
    say("")
    say(ngettext("{count} span", "{count} spans", len(spans)).format(count=len(spans)), reorder=visual)
    table([_row(article.text, span) for span in spans], reorder=visual)
    return 0


def _head(article: Article, zones: list[Zone]) -> Iterator[str]:
    yield f"{article.id}  {title(article, zones)}"
    facts = {
        _("Published"): article.published,
        _("Source"): article.source,
        _("Address"): article.url,
        _("Uid"): article.uid,
    }
    for name, fact in facts.items():
        if fact:
            yield _("{name}: {fact}").format(name=name, fact=fact)


def _body(text: str, zones: list[Zone]) -> Iterator[str]:
    """The text, its zones below the names of their kinds in brackets."""
    names = {**{kind: zone_title(kind) for kind in ZONE_KINDS}, _NONE: _("no zone")}
    last = _NONE
    for kind, stretch in _stretches(text, zones):
        if stretch.strip():
            if kind != last:
                yield f"[{names[kind]}]"
            yield stretch.strip("\n")
            last = kind


def _stretches(text: str, zones: list[Zone]) -> Iterator[tuple[str, str]]:
    """All of the text: kind and text of each zone and of what lies between."""
    at = 0
    for zone in zones:
        yield _NONE, text[at : zone.start]
        yield zone.kind, text[zone.start : zone.end]
        at = zone.end
    yield _NONE, text[at:]


def _row(text: str, span: Span) -> list[str]:
    place = f"{span.start}-{span.end}"
    return [place, span.label, span.annotator, span.value or "-", text[span.start : span.end]]
