"""Whose work a command does or changes."""

from annotator import settings
from annotator.cli.console import CommandError, print_message
from annotator.i18n import _
from annotator.model.annotator_names import clean_name, explain_gold_name, find_similar_name
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import find_own_name, list_people
from annotator.store.queries.gold import find_gold


def choose_annotator(corpus: Corpus, name: str | None) -> str:
    """Return the name under which a command works, by default that of who works here.

    A name that is new in the corpus, and like one of its annotators', is noticed on stderr. Raises CommandError for the
    name of the gold layer, and for none.
    """
    if name is None:
        return find_own_name(corpus, settings.load().annotator_name)
    name = clean_name(name)
    if not name:
        raise CommandError(_("An annotator must have a name."))
    if name == find_gold(corpus):
        raise CommandError(explain_gold_name(name))
    people = list_people(corpus)
    similar = None if name in people else find_similar_name(name, people)
    if similar:
        message = _("“{name}” is new in this corpus, which has “{similar}” already")
        print_message(message.format(name=name, similar=similar))
    return name
