"""CoNLL-2003: token, two placeholders for part of speech and phrase, tag.

The line that starts an article is exactly the one that spaCy looks for.
"""

from typing import Final

from annotator.formats.conll.tag_columns import ColumnFormat

NAME: Final = "conll2003"
SUFFIXES: Final = (".conll",)

_FORMAT = ColumnFormat(fillers=("_", "_"), docstart_fillers=("-X-", "O"))
write = _FORMAT.write
read_back = _FORMAT.read_back
