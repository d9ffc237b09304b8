"""Limits on files: above any real corpus, below what does harm.

Limits of a single format are in its module; docs/import.md lists all.
"""

from typing import Final

MAX_ARTICLE_LENGTH: Final = 5_000_000
"""Code points of an article: a thousand long ones, or some ten novels. It is loaded and drawn as one."""
MAX_SPANS: Final = 100_000
"""Spans of an article: as many as the names in a book."""
MAX_LABEL_LENGTH: Final = 100
"""Code points of a label's name, repeated in every line of a training file."""
MAX_NEW_LABELS: Final = 1000
"""Labels of a corpus to which an import adds: the largest label sets have some two hundred."""
MAX_ANNOTATOR_LENGTH: Final = 255
"""Code points of a new annotator's name: of the longest address."""
MAX_LABEL_SET_SIZE: Final = 500_000
"""Bytes of a label set in TOML."""
MAX_TOML_DOTS: Final = 100
"""Dots in a line of TOML: they may split a key, and the parser stores for each part all those before."""
MAX_REMARKS: Final = 10_000
"""Remarks listed for a file; further ones, perhaps millions, are only counted."""
MAX_REASON_LENGTH: Final = 600
"""Code points of a remark, which may quote the file."""
MAX_FILES: Final = 1_000_000
"""Files of an import, all listed before the first is read."""
