"""Fold spellings of a word into one, for search and matching, and map offsets back to the text.

Folded are:

- the hamza and madda of an alef, the alef wasla; ى to ي; on request ة to ه
- the letters that Persian, Urdu and Kurdish keyboards have in place of Arabic ones: ی and ے to ي, ک and ڪ to ك, ھ, ہ, ە
  and ۀ to ه, ۃ to ة
- marks: tashkeel, the superscript alef, Quranic marks, Latin, Greek and Cyrillic accents
- the tatweel, direction marks, joiners and all else invisible within a word
- Arabic-Indic and Persian digits to ASCII; upper to lower case; presentation forms to letters
- runs of white space, including newlines and zero-width spaces, to one space

ؤ and ئ stay, as they distinguish words; so do letters of other sounds, such as the Moroccan گ and ڭ. Canonically
equivalent texts fold alike.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import Final

import regex
from msgspec import Struct

_TATWEEL: Final = "\u0640"
_SPELLINGS: Final = str.maketrans("ٱىیےکڪھہەۃ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "ايييككهههة" + "0123456789" * 2)
_HAMZA: Final = "\u0654"  # above
_SEATS: Final = {"و": "ؤ", "ي": "ئ", "ى": "ئ", "ی": "ئ"}
_UNCOMPOSED_SEAT: Final = regex.compile(rf"[{''.join(_SEATS)}](?=\p{{Mn}}*{_HAMZA})")
# Characters within a word for text.tokenizer, and those that end one. The small waw and ya are letters by class only.
_REMOVED: Final = regex.compile(r"[\p{Mn}\p{Cf}\u0640\u06e5\u06e6--[\p{Prepended_Concatenation_Mark}\u200b]]", regex.V1)
_BLANK: Final = regex.compile(r"[\s\p{Z}\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}]", regex.V1)
# Anything but the characters that certainly fold to themselves.
_UNUSUAL: Final = re.compile(r"[^ !-@\[-`{-~ءؤئابةتثجحخدذرزسشصضطظعغفقكلمنهوي،؛؟٪«»“”‘’…–—]+")
_MANY: Final = 200  # unusual characters: from here one pass over the text is faster than one for each


class _FoldingTable(dict[int, str]):
    """The folded form of each code point, computed on first use, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


def _fold_character(character: str) -> str:
    if _REMOVED.fullmatch(character):
        return ""
    if _BLANK.fullmatch(character):
        return " "
    if "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufeff":
        spelled = unicodedata.normalize("NFKC", character)
        if spelled != character:  # NFKC gives an isolated mark a space as carrier
            return "".join(map(_fold_character, spelled)).strip()
    if character.isalpha() and character not in _SEATS.values():
        bare = [part for part in unicodedata.normalize("NFD", character) if unicodedata.category(part) != "Mn"]
        character = bare[0] if len(bare) == 1 else character
    return character.translate(_SPELLINGS).casefold()


_FOLDING_TABLE: Final = _FoldingTable()


def fold(text: str, *, taa: bool = False) -> str:
    """Return `text` folded; with `taa` ة becomes ه. Folding is idempotent."""
    text = _compose_hamza(text)
    unusual = _unusual_characters(text)
    if len(unusual) > _MANY:
        text = text.translate(_FOLDING_TABLE)
    else:
        for character in unusual:
            text = text.replace(character, _FOLDING_TABLE[ord(character)])
    if "  " in text:
        text = re.sub(" {2,}", " ", text)
    return text.replace("ة", "ه") if taa else text


@lru_cache(maxsize=1 << 15)
def fold_word(word: str) -> str:
    """Fold a word as `fold` does, and remember it: most words of articles come again."""
    return fold(word)


def _compose_hamza(text: str) -> str:
    """Write ؤ and ئ for a waw or ya with a combining hamza, which stays to keep the length."""
    return _UNCOMPOSED_SEAT.sub(lambda seat: _SEATS[seat[0]], text) if _HAMZA in text else text


def _unusual_characters(text: str) -> set[str]:
    return set("".join(_UNUSUAL.findall(text)))


class FoldedText(Struct, frozen=True, dict=True):
    """A folded text that maps its ranges back to `original`."""

    text: str
    original: str

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original, in code points, that `text[start:end]` was folded from.

        It includes the last letter's marks, but no tatweel or direction mark after them. Half a ligature or ß counts as
        all of it. An empty range maps to the position before the letter at `start`.
        """
        folded_offsets, source_offsets = self._offset_steps
        step = bisect_right(folded_offsets, start) - 1
        first = source_offsets[step] + start - folded_offsets[step]
        if start >= end:
            return first, first
        step = bisect_right(folded_offsets, end - 1, step) - 1
        last = following = source_offsets[step] + end - folded_offsets[step]
        while following < len(self.original) and not _FOLDING_TABLE[ord(self.original[following])]:
            following += 1
            if _is_mark(self.original[following - 1]):
                last = following
        return first, last

    @cached_property
    def _offset_steps(self) -> tuple[list[int], list[int]]:
        """Where in `text` the distance to the original changes, and the original's offsets there."""
        folded_offsets, source_offsets = [0], [0]
        pattern = _length_changing_pattern(_unusual_characters(self.original))
        shift = 0
        for match in pattern.finditer(self.original) if pattern else ():
            start, end = match.span()
            length = 1 if end - start > 1 else len(_FOLDING_TABLE[ord(match[0])])
            folded_start = start + shift
            if length > 1:
                folded_offsets.extend(range(folded_start, folded_start + length))
                source_offsets.extend([start] * length)
            if folded_offsets[-1] == folded_start + length:
                source_offsets[-1] = end
            else:
                folded_offsets.append(folded_start + length)
                source_offsets.append(end)
            shift += length - (end - start)
        return folded_offsets, source_offsets


def _is_mark(character: str) -> bool:
    """Return whether a character that folds to nothing is a mark on a letter."""
    return character != _TATWEEL and unicodedata.category(character) != "Cf"


def _length_changing_pattern(unusual: set[str]) -> re.Pattern[str] | None:
    """Compile a pattern for runs of white space and characters that do not fold to exactly one.

    `unusual` are candidates for the latter.
    """
    resized = [character for character in unusual if len(_FOLDING_TABLE[ord(character)]) != 1]
    dropped = re.escape("".join(sorted(character for character in resized if not _FOLDING_TABLE[ord(character)])))
    blank = re.escape(
        "".join(sorted({" ", *(character for character in unusual if _FOLDING_TABLE[ord(character)] == " ")}))
    )
    between = f"[{dropped}]*" if dropped else ""
    spaces = f"[{blank}](?:{between}[{blank}])+"
    return re.compile(f"{spaces}|[{re.escape(''.join(sorted(resized)))}]" if resized else spaces)


def fold_with_offsets(text: str, *, taa: bool = False) -> FoldedText:
    """Fold `text` as `fold` does, with the way back, computed on first use."""
    return FoldedText(fold(text, taa=taa), text)
