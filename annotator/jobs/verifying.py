"""Reading an exported article back: which spans of the corpus' text do its tokens and tags say?

It trusts nothing that the export computed: the tokens are found in the text again, character by character.
"""

from collections.abc import Iterable, Sequence

from annotator.core import tagging
from annotator.core.projection import Stretch
from annotator.core.text import visible, written
from annotator.i18n import _


class NotVerified(Exception):
    """The file does not hold what the corpus holds; the text is one sentence that says where."""


def spans(
    text: str, parts: Iterable[Stretch], sentences: Iterable[Sequence[tuple[str, str]]], scheme: str
) -> list[tuple[int, int, str]]:
    """Start, end and label of each chunk in `sentences` of (token, tag), as code points of `text`, sorted.

    `sentences` must hold all that can be seen in `parts` of the text, in order, each sentence within one part.
    Raises NotVerified where they do not, and for tags that the scheme does not have there.
    """
    found: list[tuple[int, int, str]] = []
    left = list(parts)
    for sentence in sentences:
        left = _rest(text, left)
        tokens = []
        for word, _tag in sentence:
            token = _find(text, left[0], word) if left else None
            if token is None:
                raise NotVerified(_("The file holds “{token}” where the text does not.").format(token=word))
            tokens.append(token)
            left[0] = Stretch(token.end, left[0].end)
        try:
            chunks = tagging.decode([tag for _word, tag in sentence], scheme)
        except ValueError as error:
            raise NotVerified(_("The tags of the file are broken: {error}").format(error=error)) from error
        found += ((tokens[chunk.start].start, tokens[chunk.end - 1].end, chunk.label) for chunk in chunks)
    left = _rest(text, left)
    if left:
        missing = text[slice(*left[0])].split("\n")[0]
        raise NotVerified(_("The file lacks “{text}”.").format(text=missing))
    return sorted(found)


def _rest(text: str, parts: list[Stretch]) -> list[Stretch]:
    """`parts` from the first on in which something is to be seen."""
    while parts and visible(text, *parts[0])[0] == visible(text, *parts[0])[1]:
        parts = parts[1:]
    if not parts:
        return []
    return [Stretch(*visible(text, *parts[0])), *parts[1:]]


def _find(text: str, part: Stretch, word: str) -> Stretch | None:
    """Where `word` stands at the beginning of `part`, past what cannot be seen; None if something else does."""
    at = part.start
    while at < part.end and text[at] in " \n":
        at += 1
    if text.startswith(word, at, part.end):
        return Stretch(at, at + len(word))
    start, limit = visible(text, *part)
    at = start
    for character in word:
        while at < limit and not written(text[at]):
            at += 1
        if at == limit or text[at] != character:
            return None
        at += 1
    return Stretch(start, at)
