"""CoNLL-2002: token and tag."""

from typing import Final

from annotator.formats.conll.tag_columns import Columns

NAME: Final = "conll2002"
SUFFIXES: Final = (".conll",)

_COLUMNS = Columns()
write = _COLUMNS.write
read_back = _COLUMNS.read_back
