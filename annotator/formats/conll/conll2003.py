"""CoNLL-2003: token, two placeholders for part of speech and phrase, tag.

The line that starts an article is exactly the one that spaCy looks for.
"""

from typing import Final

from annotator.formats.conll.tag_columns import ColumnTags
from annotator.formats.format import Format
from annotator.i18n import N_

TAGS: Final = ColumnTags(fillers=("_", "_"), docstart_fillers=("-X-", "O"))
FORMAT: Final = Format(
    name="conll2003", title=N_("CoNLL 2003: four columns, tag in the last"), suffixes=(".conll",), output=TAGS
)
