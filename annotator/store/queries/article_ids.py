"""Articles by what people type of them: a number, a uid, or the beginning of a uid."""

from typing import Final

from annotator.i18n import _
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, NoSuchArticle

MIN_PREFIX_LENGTH: Final = 4
"""Characters of a uid that are enough, if no other article's begins so; git asks for as many of a hash."""

_MIN_DIGITS: Final = 7  # of a prefix without a letter: a wrong number is to find no article rather than another
_MAX_DIGITS: Final = 18  # of a number that SQLite can store; a uid is longer
_MAX_CANDIDATES: Final = 5
_AFTER_HEX: Final = "g"


def find_article_number(corpus: Corpus, text: str) -> int:
    """Return the number of the article with this number, uid or beginning of a uid.

    Raises NoSuchArticle, and AmbiguousArticle if several uids begin so.
    """
    is_number = text.isdecimal()
    if is_number and len(text) <= _MAX_DIGITS:
        numbers = corpus.fetch_numbers("SELECT id AS number FROM article WHERE id = ?", int(text))
        if numbers:
            return numbers[0]
    for number in corpus.fetch_numbers("SELECT id AS number FROM article WHERE uid = ?", text):
        return number
    if len(text) >= (_MIN_DIGITS if is_number else MIN_PREFIX_LENGTH):
        prefix = text.lower()
        rows = corpus.fetch_tuples(
            "SELECT id, uid FROM article WHERE uid >= ? AND uid < ? ORDER BY uid LIMIT ?",
            prefix,
            prefix + _AFTER_HEX,
            _MAX_CANDIDATES + 1,
        )
        if len(rows) > 1:
            raise AmbiguousArticle(_explain_ambiguity(text, rows))
        if rows:
            return int(rows[0][0])
    raise NoSuchArticle(_("“{path}” has no article {identity}.").format(path=corpus.path, identity=text))


class AmbiguousArticle(CorpusError):
    """Several uids begin so."""


def _explain_ambiguity(text: str, rows: list[tuple[int, str]]) -> str:
    """Name the first candidates, each by as much of its uid as tells it from its neighbour, and by its number."""
    uids = [uid for _number, uid in rows]
    lengths = [
        1 + max(_common_length(uid, other) for other in uids[max(0, index - 1) : index + 2] if other != uid)
        for index, uid in enumerate(uids)
    ]
    candidates = [
        f"{uid[:length]} ({number})" for (number, uid), length in zip(rows[:_MAX_CANDIDATES], lengths, strict=False)
    ]
    if len(rows) > _MAX_CANDIDATES:
        candidates.append("…")
    message = _("Several articles have a uid that begins with {prefix}: {candidates}.")
    return message.format(prefix=text, candidates=_(", ").join(candidates))


def _common_length(first: str, second: str) -> int:
    """Return the number of characters in which two texts begin alike."""
    length = min(len(first), len(second))
    return next((index for index in range(length) if first[index] != second[index]), length)
