"""CoNLL-2002: token and tag."""

from typing import Final

from annotator.formats.conll.tag_columns import ColumnFormat

NAME: Final = "conll2002"
SUFFIXES: Final = (".conll",)

_FORMAT = ColumnFormat()
write = _FORMAT.write
read_back = _FORMAT.read_back
