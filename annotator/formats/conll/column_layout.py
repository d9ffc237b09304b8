"""Detection of the columns of tokens and tags in a CoNLL file.

No file declares them, so the values decide. Tabs or spaces separate columns; in a file with a sentence a line, spaces
separate items and | columns. A tag column is one whose values are tags (`decoding.is_tag`). The token is in the column
that a first line of names calls so; without one, in the first with neither tags nor numbers, behind those that number
tokens, sentences or documents. If only tags follow it, and no O stands beside another tag, a token has a tag for each
of its spans (Wojood). Where no column has tags, labels in capital letters and many an O in the last one are tags too:
IO, which does not say where spans begin.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.tagging.decoding import TokenTags, is_tag
from annotator.tagging.schemes import OUTSIDE

DOCSTART: Final = "-DOCSTART-"
COMMENT: Final = "#"

_MIN_SHARE: Final = 0.8
"""Share of the lines that must fit the layout; the others are refused one by one."""
_MAX_ODD: Final = 2
"""Lines that are refused by themselves, whatever their share, if twice as many fit."""
_MIN_TAGGED_SHARE: Final = 0.02
"""Share of the lines that must have tags if tokens outside spans have none."""
_BARE_LABEL: Final = re.compile("[A-Z][A-Za-z_/-]+(?<![-_][BIESLU])")
_MIN_OUTSIDE_SHARE: Final = 0.2
"""Share of the tokens that are outside of spans, if labels alone are tags."""
_CACHE_SIZE: Final = 1 << 14
_MAX_CACHED_LENGTH: Final = 1000
"""Code points after the token from which on a line is not cached."""
_PHRASE_LABELS: Final = frozenset(
    (
        *("ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT"),
        *("QP", "SBAR", "UCP", "VP", "WHADVP", "WHNP", "WHPP"),
    )
)
"""The labels of CoNLL-2003's phrase column, which precedes that of names (CoNLL-2000, Penn Treebank)."""
_EMPTY_VALUES: Final = frozenset(("_", "-", "-X-"))
"""Placeholders of an empty column."""
_OTHER_FORMAT: Final = re.compile(r"#(?:FORMAT=WebAnno|text=)|# (?:webanno\.|text =|sent_id =)")
"""The start of a line of WebAnno TSV or CoNLL-U."""
_SPACE: Final = re.compile("[ \t]+")
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.0)?")
"""A number of a token, sentence or document; pandas writes those of a column with gaps as fractions."""
_NO_GROUP: Final = frozenset(("", "NaN", "nan"))
"""What stands for the sentence or document of the line before, where only its first line names it."""
_TOKEN_COLUMN_NAMES: Final = frozenset(("token", "tokens", "word", "words", "form", "text"))
"""What a line of names calls the column of tokens, with blanks for other marks."""
_TAG_COLUMN_NAMES: Final = frozenset(
    (
        *("tag", "tags", "label", "labels", "entity", "entities", "class", "bio", "iob", "iob2"),
        *("ne", "ner", "ner tag", "ner tags", "ner label", "ner labels", "named entity"),
    )
)
"""What it calls the column of tags."""


class Layout(Struct, frozen=True):
    """The columns of a file, counted from 0.

    `tags` is None if any number of tags follows the token. `width` is the number of columns of most lines. `groups`
    have the same value in all lines of a sentence or document. With `has_bare_labels`, tags are without the I- that is
    read.
    """

    separator: str
    token: int
    width: int
    tags: tuple[int, ...] | None
    is_numbered: bool = False
    is_sentence_per_line: bool = False
    allows_untagged: bool = False
    has_bare_labels: bool = False
    groups: tuple[int, ...] = ()

    def split(self, line: str) -> list[str]:
        """Split a line, or an item of one, that has no trailing blanks."""
        if self.is_sentence_per_line:
            return line.rsplit(self.separator, self.width - 1)
        if self.separator == "\t" and "\t" in line:
            return line.split("\t")
        return line.split(" ") if "  " not in line and "\t" not in line else _SPACE.split(line)

    def parse_fields(self, fields: list[str]) -> tuple[str, TokenTags] | None:
        """Return the token of these columns and its tags, or None if they do not fit."""
        if self.tags is not None:
            if len(fields) != self.width or (self.is_numbered and not fields[0].isdecimal()):
                return None
            tags = tuple([fields[column] for column in self.tags])
            if self.has_bare_labels:
                tags = tuple(map(complete_tag, tags))
            return fields[self.token], tags
        tags = tuple(fields[self.token + 1 :])
        if len(tags) != 1 and not (
            all(map(is_tag, tags)) if tags else self.allows_untagged and len(fields) > self.token
        ):
            return None
        return None if self.is_numbered and not fields[0].isdecimal() else (fields[self.token], tags)

    def find_group(self, line: str) -> tuple[str, ...] | None:
        """Return what a line with a token has in the columns of `groups`; None if it belongs to the line before."""
        fields = self.split(line)
        if self.parse_fields(fields) is None:
            return None
        values = tuple(fields[column] for column in self.groups)
        return None if _NO_GROUP.issuperset(values) else values

    def is_comment(self, line: str) -> bool:
        """Return whether a line that starts with # is a comment."""
        row = self.parse_fields(self.split(line.partition(" ")[0] if self.is_sentence_per_line else line))
        return row is None or not all(map(is_tag, row[1]))


def build_line_parser(layout: Layout) -> Callable[[str], Sequence[tuple[str, TokenTags] | None]]:
    """Return a function that parses each token of a line.

    Where tokens come first, the few different lists of tags are cached.
    """
    cached_tags: dict[str, TokenTags] = {}

    def parse_items(line: str) -> Sequence[tuple[str, TokenTags] | None]:
        return [layout.parse_fields(layout.split(item)) for item in line.split(" ") if item]

    def parse_line(line: str) -> Sequence[tuple[str, TokenTags] | None]:
        return (layout.parse_fields(layout.split(line)),)

    def parse_cached(line: str) -> Sequence[tuple[str, TokenTags] | None]:
        token, _separator, fields = line.partition(layout.separator)
        tags = cached_tags.get(fields)
        if tags is not None and "\t" not in token:
            return ((token, tags),)
        row = layout.parse_fields(layout.split(line))
        if row and len(fields) in range(1, _MAX_CACHED_LENGTH) and "\t" not in token and len(cached_tags) < _CACHE_SIZE:
            cached_tags[fields] = row[1]
        return (row,)

    return parse_items if layout.is_sentence_per_line else parse_line if layout.token else parse_cached


def detect_layout(lines: Iterable[str]) -> Layout | None:
    """Detect the layout of a file from sample lines; return None without tokens and tags."""
    lines = [line.rstrip(" \t") for line in lines]
    candidates = [line for line in lines if line and not line.startswith(DOCSTART)]
    content = [line for line in candidates if not line.startswith(COMMENT)] or candidates
    if not content or any(map(_OTHER_FORMAT.match, lines[:1000])):
        return None
    items = _detect_item_layout(content)
    if items:
        return items
    tabs = sum("\t" in line for line in content) * 2 > len(content)
    plain = Layout("\t" if tabs else " ", 0, 0, ())
    return _detect_column_layout([plain.split(line) for line in content], plain.separator)


def names_tags(field: str) -> bool:
    """Return whether a field is the name of a column of tags."""
    return _normalise_name(field) in _TAG_COLUMN_NAMES


def names_columns(fields: Iterable[str]) -> bool:
    """Return whether a line has names of columns, those of tokens and of tags among them."""
    names = set(map(_normalise_name, fields))
    return not (names.isdisjoint(_TOKEN_COLUMN_NAMES) or names.isdisjoint(_TAG_COLUMN_NAMES))


def _normalise_name(field: str) -> str:
    return re.sub("[_-]+", " ", field).lower()


def _detect_item_layout(lines: Sequence[str]) -> Layout | None:
    """Detect sentences like `word|NNP|B-PER word|…`."""
    sentences = [[item for item in line.split(" ") if item] for line in lines]
    matches = [items for items in sentences if all("|" in item and is_tag(item.rpartition("|")[2]) for item in items)]
    if len(matches) < len(lines) * _MIN_SHARE:
        return None
    widths = Counter(item.count("|") + 1 for items in matches for item in items)
    width = widths.most_common(1)[0][0]
    return Layout("|", 0, width, (width - 1,), is_sentence_per_line=True)


def _detect_column_layout(rows: list[list[str]], separator: str) -> Layout | None:
    """Detect the layout of these rows."""
    header = rows[0] if names_columns(rows[0]) else None
    rows = rows[1:] if header and len(rows) > 1 else rows
    (width, usual_count), *_others = Counter(map(len, rows)).most_common(1)
    is_regular = _are_most(usual_count, len(rows))
    if header and is_regular and len(header) == width:
        token = next(index for index, name in enumerate(header) if _normalise_name(name) in _TOKEN_COLUMN_NAMES)
    else:
        token = _find_token(rows, width)
    numbered = token > 0 and _is_usual(row[0].isdecimal() for row in rows)
    groups = tuple(column for column in range(token) if _is_group(rows, column))
    columns = list(zip(*(row for row in rows if len(row) == width), strict=True))
    if is_regular and width > token + 1 and has_bare_labels(columns[-1]):
        return Layout(separator, token, width, (width - 1,), numbered, has_bare_labels=True, groups=groups)
    # Only columns that every token has contain an O beside another tag; a list of tags never does.
    if (
        not is_regular
        or width <= token + 2
        or not any(OUTSIDE in row[token + 1 :] for row in rows if len(row) == width)
    ):
        tag_list = _detect_tag_list_layout(rows, Layout(separator, token, width, None, numbered, groups=groups))
        if tag_list or not is_regular:
            return tag_list
    tags = [index for index, column in enumerate(columns) if _is_usual(map(is_tag, column))]
    if len(tags) > 1:  # the token may look like a tag, and phrases follow the parts of speech
        tags = [
            index
            for index in tags
            if index == tags[-1] or not (index == token or _is_phrase_column(columns, index, token))
        ]
    other_columns = [index for index in range(token, width) if index not in tags]
    if not tags or not other_columns:
        return None
    return Layout(separator, other_columns[0], width, tuple(tags), numbered, groups=groups)


def has_bare_labels(tags: Sequence[str]) -> bool:
    """Return whether the tags of tokens are labels alone, without B- and I-, and O."""
    labels = [tag for tag in tags if tag != OUTSIDE]
    is_sparse = len(labels) <= (1 - _MIN_OUTSIDE_SHARE) * len(tags)
    return bool(labels) and is_sparse and _is_usual(map(_is_bare_label, labels))


def complete_tag(tag: str) -> str:
    """Return the tag that a label alone stands for; any other as it is."""
    return f"I-{tag}" if _is_bare_label(tag) else tag


def _is_bare_label(tag: str) -> bool:
    return _BARE_LABEL.fullmatch(tag) is not None and not is_tag(tag)


def _find_token(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return the column behind those that number tokens, sentences or documents; 0 if that has no tokens."""
    token = 0
    while token + 1 < width and (_is_counter(rows, token) or _is_group(rows, token)):
        token += 1
    while token and not _is_usual(
        len(row) > token and not is_tag(row[token]) and row[token] not in _EMPTY_VALUES for row in rows
    ):
        token -= 1
    return token


def _is_counter(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Return whether a column counts the tokens of each sentence, or of the file."""
    numbers = [int(field) if field.isdecimal() and len(field) < 7 else -1 for field in _list_fields(rows, column)]
    return _is_usual(number in (0, 1, previous + 1) for previous, number in pairwise([0, *numbers]))


def _is_group(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Return whether a column has the number or name of the sentence or document that a token belongs to.

    It has the same value in half of the lines as in the line before, or numbers of which some are equal; tokens have
    neither. Numbers of tokens may be equal in sentences of one, but begin again after others.
    """
    fields = _list_fields(rows, column)
    repeats = sum(field == previous or field in _NO_GROUP for previous, field in pairwise(fields))
    if not repeats or _is_usual(map(is_tag, fields)):
        return False
    if _is_counter(rows, column):
        return repeats * 2 >= len(fields) and all(map(_is_number, fields)) and fields == sorted(fields)
    return repeats * 2 >= len(fields) or _is_usual(map(_is_number, fields))


def _list_fields(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    return [row[column] if len(row) > column else "" for row in rows]


def _is_number(field: str) -> bool:
    return _NUMBER.fullmatch(field) is not None


def _is_phrase_column(columns: Sequence[Sequence[str]], index: int, token: int) -> bool:
    labels = {tag.partition("-")[2] for tag in columns[index] if tag != OUTSIDE}
    return index > token + 1 and labels <= _PHRASE_LABELS and not _is_usual(map(is_tag, columns[index - 1]))


def _detect_tag_list_layout(rows: Sequence[Sequence[str]], layout: Layout) -> Layout | None:
    """Return the layout, which has any number of tags, if the rows fit it."""
    lists = [row[layout.token + 1 :] for row in rows]
    tagged = sum(map(bool, lists))
    allows_untagged = len(rows) - tagged > lists.count([OUTSIDE])
    if not _is_usual(all(map(is_tag, tags)) for tags in lists) or tagged < (
        len(rows) * _MIN_TAGGED_SHARE if allows_untagged else 1
    ):
        return None
    return replace(layout, allows_untagged=allows_untagged)


def _is_usual(conditions: Iterable[bool]) -> bool:
    results = list(conditions)
    return _are_most(sum(results), len(results))


def _are_most(count: int, total: int) -> bool:
    """Return whether so many fit that the others are odd ones; in a short file, a few may be."""
    odd = total - count
    return count >= total * _MIN_SHARE or (odd <= _MAX_ODD and count >= 2 * odd)
