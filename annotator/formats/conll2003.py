"""CoNLL-2003: token, two placeholders where the task had part of speech and phrase, tag."""

from typing import Final

from annotator.formats.conll import Columns

NAME: Final = "conll2003"
SUFFIXES: Final = (".conll",)

_COLUMNS = Columns(between=("_", "_"), at_start=("-X-", "-X-"))
write = _COLUMNS.write
read_back = _COLUMNS.read_back
