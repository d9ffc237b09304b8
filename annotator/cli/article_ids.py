"""The articles that a command line names: by number, by uid or its beginning, or on standard input."""

import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import click

from annotator.cli.command import decode_arguments
from annotator.model.reasons import Code, Reason
from annotator.model.records import Refusal
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle
from annotator.store.queries.article_ids import AmbiguousArticle, find_article_number

STANDARD_INPUT: Final = "-"


class _Id(NamedTuple):
    """What stands for an article, and where; the line 0 is the command line."""

    text: str
    line: int = 0


articles_argument: Final = click.argument("ids", metavar="ID...", nargs=-1, required=True, callback=decode_arguments)
"""The decorator of the argument `ids`, one or more."""


def find_articles(corpus: Corpus, ids: Iterable[str]) -> tuple[list[int], list[Refusal]]:
    """Return the numbers of the articles that these stand for, each once, and a refusal for each that stands for none.

    STANDARD_INPUT among them stands for those in the lines of that, as many in a line as there are.
    """
    numbers: dict[int, None] = {}
    refusals: list[Refusal] = []
    for text, line in _read_ids(ids):
        try:
            numbers[find_article_number(corpus, text)] = None
        except (AmbiguousArticle, NoSuchArticle) as error:
            code = Code.AMBIGUOUS_ARTICLE if isinstance(error, AmbiguousArticle) else Code.UNKNOWN_ARTICLE
            refusals.append(Refusal.at(STANDARD_INPUT if line else text, line, Reason(code, str(error))))
    return list(numbers), refusals


def _read_ids(ids: Iterable[str]) -> Iterator[_Id]:
    for id_ in ids:
        if id_ == STANDARD_INPUT:
            for number, line in enumerate(sys.stdin.buffer, 1):
                yield from (_Id(text, number) for text in line.decode("utf-8", "replace").split())
        else:
            yield _Id(id_)
