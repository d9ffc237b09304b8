"""Where a file of columns has its tokens and its tags: recognised from its values, since no such file says.

The columns stand apart by tabs or spaces, or, with a sentence a line, the items by spaces and their columns by |. Tag
columns are those of tags (`repairing.is_tag`). The token is in the first column that is neither tags nor numbers. Where
all after the token are tags, and none is an O beside another, each line has as many as its token has spans (Wojood).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from annotator.tagging.decoding import Row, is_tag
from annotator.tagging.schemes import OUTSIDE

DOCSTART: Final = "-DOCSTART-"
COMMENT: Final = "#"

_MOST: Final = 0.8
"""Of the lines must be as the layout says. The rest is refused one by one, and too many of them are another format."""
_BARE: Final = 0.02
"""Of the lines must have tags, in a file where a token outside has none."""
_KNOWN: Final = 1 << 14
_LONGEST: Final = 1000
"""Code points of what comes after a token, from where it is not kept."""
_PHRASES: Final = frozenset(
    (
        *("ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT"),
        *("QP", "SBAR", "UCP", "VP", "WHADVP", "WHNP", "WHPP"),
    )
)
"""The labels of the phrase column that CoNLL-2003 has before that of names (CoNLL-2000, Penn Treebank)."""
_NOTHING: Final = frozenset(("_", "-", "-X-"))
"""What stands in a column that says nothing."""
_FOREIGN: Final = re.compile(r"#(?:FORMAT=WebAnno|text=)|# (?:webanno\.|text =|sent_id =)")
"""Begins a line of WebAnno TSV or CoNLL-U."""
_SPACE: Final = re.compile("[ \t]+")


class Layout(Struct, frozen=True):
    """Where the columns of a file are.

    Columns count from 0; `tags` is None where all after the token are tags, as many as there are. `width` is how many
    columns a line has, or mostly has. `separator` stands between columns. `items` says that a line is a sentence, and
    `bare` that a token may have no tag at all.
    """

    separator: str
    token: int
    width: int
    tags: tuple[int, ...] | None
    numbered: bool = False
    items: bool = False
    bare: bool = False

    def split(self, line: str) -> list[str]:
        """The columns of a line that has no blanks at its end."""
        if self.items:
            return line.rsplit(self.separator, self.width - 1)
        if self.separator == "\t" and "\t" in line:
            return line.split("\t")
        return line.split(" ") if "  " not in line and "\t" not in line else _SPACE.split(line)

    def row(self, fields: list[str]) -> tuple[str, Row] | None:
        """The token of these columns and its tags; None where they are not as the file's columns are."""
        if self.tags is not None:
            if len(fields) != self.width or (self.numbered and not fields[0].isdecimal()):
                return None
            return fields[self.token], tuple([fields[column] for column in self.tags])
        tags = tuple(fields[self.token + 1 :])
        if len(tags) != 1 and not (all(map(is_tag, tags)) if tags else self.bare and len(fields) > self.token):
            return None
        return None if self.numbered and not fields[0].isdecimal() else (fields[self.token], tags)

    def is_comment(self, line: str) -> bool:
        """Whether a line that begins with # is one about the others, and not one whose token begins so."""
        row = self.row(self.split(line.partition(" ")[0] if self.items else line))
        return row is None or not all(map(is_tag, row[1]))


def reader(layout: Layout) -> Callable[[str], Sequence[tuple[str, Row] | None]]:
    """A function that gives the tokens of a line, one or a sentence, each as `Layout.row` does.

    It keeps what comes after a token, for there are few different tags.
    """
    known: dict[str, Row] = {}

    def item_rows(line: str) -> Sequence[tuple[str, Row] | None]:
        return [layout.row(layout.split(item)) for item in line.split(" ") if item]

    def any_row(line: str) -> Sequence[tuple[str, Row] | None]:
        return (layout.row(layout.split(line)),)

    def row(line: str) -> Sequence[tuple[str, Row] | None]:
        token, _separator, rest = line.partition(layout.separator)
        tags = known.get(rest)
        if tags is not None and "\t" not in token:
            return ((token, tags),)
        found = layout.row(layout.split(line))
        if found and len(rest) in range(1, _LONGEST) and "\t" not in token and len(known) < _KNOWN:
            known[rest] = found[1]
        return (found,)

    return item_rows if layout.items else any_row if layout.token else row


def recognise(lines: Iterable[str]) -> Layout | None:
    """The layout of a file that has these lines among others; None for one that has no columns of tokens and tags."""
    lines = [line.rstrip(" \t") for line in lines]
    marked = [line for line in lines if line and not line.startswith(DOCSTART)]
    content = [line for line in marked if not line.startswith(COMMENT)] or marked
    if not content or any(map(_FOREIGN.match, lines[:1000])):
        return None
    items = _items(content)
    if items:
        return items
    tabs = sum("\t" in line for line in content) * 2 > len(content)
    plain = Layout("\t" if tabs else " ", 0, 0, ())
    return _columns([plain.split(line) for line in content], plain.separator)


def _items(lines: Sequence[str]) -> Layout | None:
    """The layout of sentences like `word|NNP|B-PER word|…`."""
    sentences = [[item for item in line.split(" ") if item] for line in lines]
    good = [items for items in sentences if all("|" in item and is_tag(item.rpartition("|")[2]) for item in items)]
    if len(good) < len(lines) * _MOST:
        return None
    widths = Counter(item.count("|") + 1 for items in good for item in items)
    width = widths.most_common(1)[0][0]
    return Layout("|", 0, width, (width - 1,), items=True)


def _columns(rows: list[list[str]], separator: str) -> Layout | None:
    """The layout of lines with these columns."""
    numbered = _numbered(rows)
    token = int(numbered)
    (width, usual), *_others = Counter(map(len, rows)).most_common(1)
    regular = usual >= len(rows) * _MOST
    # Columns that are there for each token say O where they say nothing; a list of tags never does.
    if not regular or width <= token + 2 or not any(OUTSIDE in row[token + 1 :] for row in rows if len(row) == width):
        listed = _listed(rows, separator, token, width)
        if listed or not regular:
            return listed
    columns = list(zip(*(row for row in rows if len(row) == width), strict=True))
    tags = [at for at, column in enumerate(columns) if _most(map(is_tag, column))]
    if len(tags) > 1:  # the token may look like a tag, and phrases stand after the parts of speech
        tags = [at for at in tags if at == tags[-1] or not (at == token or _is_of_phrases(columns, at, token))]
    others = [at for at in range(token, width) if at not in tags]
    return Layout(separator, others[0], width, tuple(tags), numbered) if tags and others else None


def _numbered(rows: list[list[str]]) -> bool:
    """Whether the first column numbers the tokens of each sentence, and the second has them."""
    numbers = [int(row[0]) if row[0].isdecimal() and len(row[0]) < 7 else -1 for row in rows]
    counted = _most(number in (0, 1, before + 1) for before, number in pairwise([0, *numbers]))
    return counted and _most(len(row) > 1 and not is_tag(row[1]) and row[1] not in _NOTHING for row in rows)


def _is_of_phrases(columns: Sequence[Sequence[str]], at: int, token: int) -> bool:
    labels = {tag.partition("-")[2] for tag in columns[at] if tag != OUTSIDE}
    return at > token + 1 and labels <= _PHRASES and not _most(map(is_tag, columns[at - 1]))


def _listed(rows: list[list[str]], separator: str, token: int, width: int) -> Layout | None:
    """The layout where each token has as many tags as it needs."""
    lists = [row[token + 1 :] for row in rows]
    tagged = sum(map(bool, lists))
    bare = len(rows) - tagged > lists.count([OUTSIDE])
    if not _most(all(map(is_tag, tags)) for tags in lists) or tagged < (len(rows) * _BARE if bare else 1):
        return None
    return Layout(separator, token, width, None, numbered=token > 0, bare=bare)


def _most(found: Iterable[bool]) -> bool:
    answers = list(found)
    return sum(answers) >= len(answers) * _MOST
