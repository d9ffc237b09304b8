"""CoNLL-2003: token, two placeholders where the task had part of speech and phrase, tag.

The line that begins an article is the one that spaCy looks for, to the letter.
"""

from typing import Final

from annotator.formats.conll.tag_columns import Columns

NAME: Final = "conll2003"
SUFFIXES: Final = (".conll",)

_COLUMNS = Columns(between=("_", "_"), at_start=("-X-", "O"))
write = _COLUMNS.write
read_back = _COLUMNS.read_back
