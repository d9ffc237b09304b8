"""Folding: spellings that mean the same word made one, for search and matching, with the way back to the text.

What is folded:

- the hamza and madda of an alef, the alef wasla; ى and the Persian ی to ي, the Persian ک to ك; on request ة to ه
- marks: tashkeel, the superscript alef, Quranic marks, the accents of Latin, Greek and Cyrillic letters
- the tatweel, direction marks, joiners and all else that is invisible within a word
- Arabic-Indic and Persian digits to ASCII ones; upper to lower case; presentation forms to their letters
- a run of white space, newlines among it, to one space

ؤ and ئ stay, as they tell words apart. Texts that are canonically equivalent in Unicode fold to the same.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property
from typing import Final

import regex
from msgspec import Struct

_TATWEEL: Final = "\u0640"
_SPELLED: Final = str.maketrans("ٱىیک٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اييك" + "0123456789" * 2)
_HAMZA: Final = "\u0654"  # above
_SEATS: Final = {"و": "ؤ", "ي": "ئ", "ى": "ئ", "ی": "ئ"}
_SEATED: Final = regex.compile(rf"[{''.join(_SEATS)}](?=\p{{Mn}}*{_HAMZA})")
# What lies within a word for `core.text.tokens`, and what ends one; the small waw and ya are letters by class alone.
_DROPPED: Final = regex.compile(r"[\p{Mn}\p{Cf}\u0640\u06e5\u06e6--\p{Prepended_Concatenation_Mark}]", regex.V1)
_BLANK: Final = regex.compile(r"[\s\p{Z}\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}]", regex.V1)
_ODD: Final = re.compile(r"[^ !-@\[-`{-~ءؤئابةتثجحخدذرزسشصضطظعغفقكلمنهوي،؛؟٪«»“”‘’…–—]+")  # what may not be folded yet
_MANY: Final = 200  # different odd characters, from where one pass over the text is faster than one for each of them


class _Letters(dict[int, str]):
    """What each code point folds to, worked out when it is first met; a table for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = _letters(chr(code))
        return self[code]


def _letters(character: str) -> str:
    if _DROPPED.fullmatch(character):
        return ""
    if _BLANK.fullmatch(character):
        return " "
    if "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufeff":
        spelled = unicodedata.normalize("NFKC", character)
        if spelled != character:  # a mark that stands alone is spelled as a space with that mark
            return "".join(map(_letters, spelled)).strip()
    if character.isalpha() and character not in _SEATS.values():
        bare = [part for part in unicodedata.normalize("NFD", character) if unicodedata.category(part) != "Mn"]
        character = bare[0] if len(bare) == 1 else character
    return character.translate(_SPELLED).casefold()


_LETTERS: Final = _Letters()


def fold(text: str, *, taa: bool = False) -> str:
    """`text` in its folded spelling; with `taa` ة becomes ه. Folding twice changes nothing more."""
    text = _seated(text)
    odd = _odd(text)
    if len(odd) > _MANY:
        text = text.translate(_LETTERS)
    else:
        for character in odd:
            text = text.replace(character, _LETTERS[ord(character)])
    if "  " in text:
        text = re.sub(" {2,}", " ", text)
    return text.replace("ة", "ه") if taa else text


def _seated(text: str) -> str:
    """`text` with ؤ and ئ for a waw or ya that has a combining hamza; that mark stays, so that the length does."""
    return _SEATED.sub(lambda seat: _SEATS[seat[0]], text) if _HAMZA in text else text


def _odd(text: str) -> set[str]:
    return set("".join(_ODD.findall(text)))


class Folded(Struct, frozen=True, dict=True):
    """A folded text that knows where in `original` each stretch of it stood. Made by `folded`."""

    text: str
    original: str

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that `text[start:end]` was folded from, in code points.

        It begins with the first letter and takes in the marks of the last; a tatweel or a direction mark after
        that is left out. A letter that is half of a ligature or of ß brings the whole of it. For an empty stretch,
        the place in front of the letter at `start`.
        """
        at, places = self._steps
        step = bisect_right(at, start) - 1
        first = places[step] + start - at[step]
        if start >= end:
            return first, first
        step = bisect_right(at, end - 1, step) - 1
        last = after = places[step] + end - at[step]
        while after < len(self.original) and not _LETTERS[ord(self.original[after])]:
            after += 1
            if _is_mark(self.original[after - 1]):
                last = after
        return first, last

    @cached_property
    def _steps(self) -> tuple[list[int], list[int]]:
        """The offsets of `text` from which the way to the original differs, and the offset there of each."""
        at, places = [0], [0]
        pattern = _uneven(_odd(self.original))
        shift = 0
        for uneven in pattern.finditer(self.original) if pattern else ():
            start, end = uneven.span()
            length = 1 if end - start > 1 else len(_LETTERS[ord(uneven[0])])
            folded = start + shift
            if length > 1:
                at.extend(range(folded, folded + length))
                places.extend([start] * length)
            if at[-1] == folded + length:
                places[-1] = end
            else:
                at.append(folded + length)
                places.append(end)
            shift += length - (end - start)
        return at, places


def _is_mark(character: str) -> bool:
    """Whether a character that folds to nothing is a mark on the letter before it."""
    return character != _TATWEEL and unicodedata.category(character) != "Cf"


def _uneven(odd: set[str]) -> re.Pattern[str] | None:
    """What finds the runs of white space and the characters that do not fold to exactly one; `odd` are the text's."""
    other = [character for character in odd if len(_LETTERS[ord(character)]) != 1]
    dropped = re.escape("".join(sorted(character for character in other if not _LETTERS[ord(character)])))
    blank = re.escape("".join(sorted({" ", *(character for character in odd if _LETTERS[ord(character)] == " ")})))
    between = f"[{dropped}]*" if dropped else ""
    spaces = f"[{blank}](?:{between}[{blank}])+"
    return re.compile(f"{spaces}|[{re.escape(''.join(sorted(other)))}]" if other else spaces)


def folded(text: str, *, taa: bool = False) -> Folded:
    """`text` folded as `fold` does, with the way back. The way is worked out when it is first asked for."""
    return Folded(fold(text, taa=taa), text)
