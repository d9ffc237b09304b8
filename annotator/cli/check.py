"""`annotator check CORPUS`: what is doubtful in its labels, and whether the file is damaged."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

import click

from annotator.checks.issue import DAMAGED, KINDS, kind_title
from annotator.cli.command import Help, corpus_argument, json_option, words
from annotator.cli.console import REFUSED, emit, finish, say, table, tell
from annotator.i18n import _, ngettext
from annotator.jobs.checking import Asked, check
from annotator.model.records import STATES
from annotator.store.corpus import Corpus
from annotator.store.errors import Damaged
from annotator.store.recovery.integrity import FILE, PLACE, Damage, damage

_ALL: Final = "all"


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "check",
        callback=_check,
        params=[
            corpus_argument(),
            click.Option(
                ["--annotator"],
                metavar="NAME",
                callback=words,
                help=_("Only the labels of this annotator; without it, of all."),
            ),
            click.Option(
                ["--state"],
                type=click.Choice([_ALL, *STATES]),
                default=_ALL,
                help=_("Only articles that are in this state for whoever labelled them."),
            ),
            click.Option(
                ["kinds", "--kind"],
                type=click.Choice([DAMAGED, *KINDS]),
                multiple=True,
                metavar="KIND",
                help=_("Only what is doubtful in this way; may be repeated. The kinds are {kinds}.").format(
                    kinds=", ".join((DAMAGED, *KINDS))
                ),
            ),
            json_option(),
        ],
        help=_(
            "List what is doubtful in the labels of CORPUS, and what is damaged in the file. What was dismissed in the "
            "window is not listed. Ends with 1 where the file is damaged, else with 0, whatever is listed."
        ),
    )


def _check(corpus: Path, annotator: str | None, state: str, kinds: Sequence[str], as_json: bool) -> int:
    wanted = set(kinds or (DAMAGED, *KINDS))
    damaged, asked = list[Damage](), list[Asked]()
    try:
        with Corpus.open(corpus, readonly=True, damaged=True) as opened, opened.snapshot():
            damaged = [*_damage(opened)] if DAMAGED in wanted else []
            looked = check(opened, annotator, None if state == _ALL else state)
            asked = finish(looked, _("Checking")).asked if wanted != {DAMAGED} else []
    except Damaged as unreadable:
        if DAMAGED not in wanted:
            raise
        damaged = damaged or [Damage(FILE, "", "", str(unreadable))]
        tell(str(unreadable))
    asked = [one for one in asked if one.question.kind in wanted]
    if as_json:
        emit([*map(_damage_record, damaged), *map(_record, asked)])
    else:
        _list(damaged, asked)
    return REFUSED if damaged else 0


def _damage(corpus: Corpus) -> Iterator[Damage]:
    """What is damaged; but of a span that is not within its text a question tells more."""
    return (one for one in damage(corpus) if (one.kind, one.table) != (PLACE, "span"))


def _record(one: Asked) -> dict[str, object]:
    question = one.question
    return {
        "article": one.number,
        "start": question.start,
        "end": question.end,
        "kind": question.kind,
        "message": question.message,
        "uid": question.span,
        "label": question.label,
        "annotator": one.annotator,
        "text": one.text,
        "remedy": question.remedy,
    }


def _damage_record(one: Damage) -> dict[str, object]:
    nowhere = dict.fromkeys(("article", "start", "end"))
    about = dict.fromkeys(("uid", "label", "annotator", "text", "remedy"))
    return {**nowhere, "kind": DAMAGED, "message": one.message, **about, "table": one.table, "row": one.row}


def _list(damaged: Sequence[Damage], asked: Sequence[Asked]) -> None:
    counts = Counter(one.question.kind for one in asked)
    say(ngettext("{count} question", "{count} questions", counts.total()).format(count=counts.total()))
    if damaged:
        say("")
        say(_heading(DAMAGED, len(damaged)))
        table([["", one.message] for one in damaged])
    by_kind = sorted(asked, key=lambda one: KINDS.index(one.question.kind))
    for kind, some in groupby(by_kind, attrgetter("question.kind")):
        say("")
        say(_heading(kind, counts[kind]))
        table([_row(one) for one in some])


def _heading(kind: str, count: int) -> str:
    return _("{name}: {fact}").format(name=kind_title(kind), fact=count) + f"  [{kind}]"


def _row(one: Asked) -> list[str]:
    question = one.question
    place = f"{question.start}-{question.end}"
    return ["", str(one.number), place, question.label, one.annotator, f"{one.text}  ·  {question.message}"]
