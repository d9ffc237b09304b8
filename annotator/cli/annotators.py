"""Whose work a command does or changes."""

from collections.abc import Collection

from annotator import settings
from annotator.cli.console import CommandError, print_message
from annotator.i18n import _
from annotator.model.annotator_names import InvalidName, explain_gold_name, find_similar_name, parse_name
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import find_own_name, list_people
from annotator.store.queries.gold import find_gold


def choose_annotator(corpus: Corpus, name: str | None) -> str:
    """Return the name under which a command works, by default that of who works here.

    A name that is new in the corpus, and like one of its annotators', is noticed on stderr. Raises CommandError for the
    name of the gold layer, and for what is no name.
    """
    if name is None:
        return find_own_name(corpus, settings.load().annotator_name)
    name = check_name(name, corpus.annotators())
    check_person(corpus, name)
    people = list_people(corpus)
    similar = None if name in people else find_similar_name(name, people)
    if similar:
        message = _("“{name}” is new in this corpus, which has “{similar}” already")
        print_message(message.format(name=name, similar=similar))
    return name


def check_name(text: str, names: Collection[str] = ()) -> str:
    """Return the name as `parse_name` does. Raises CommandError."""
    try:
        return parse_name(text, names)
    except InvalidName as error:
        raise CommandError(str(error)) from error


def check_person(corpus: Corpus, name: str) -> None:
    """Raise CommandError for the name of the gold layer, which is nobody's."""
    if name == find_gold(corpus):
        raise CommandError(explain_gold_name(name))
