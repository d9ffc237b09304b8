"""CoNLL-2002: token and tag."""

from typing import Final

from annotator.formats.conll.tag_columns import ColumnTags
from annotator.formats.format import Format
from annotator.i18n import N_

TAGS: Final = ColumnTags()
FORMAT: Final = Format(
    name="conll2002", title=N_("CoNLL 2002: two columns, tag in the second"), suffixes=(".conll",), output=TAGS
)
