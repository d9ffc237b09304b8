"""How much there may be of what comes from files: so much that no real corpus meets a limit, and no hostile file harms.

Those that only one format has stand in its module. docs/import.md lists all of them.
"""

from typing import Final

ARTICLE: Final = 5_000_000
"""Code points of an article: a thousand times a long one, and some ten novels. It is held and drawn whole."""
SPANS: Final = 100_000
"""Spans of an article: as many as a book has names."""
LABEL: Final = 100
"""Code points of a label's name, which stands in every line of a training file."""
LABELS: Final = 1000
"""Labels that an import adds to a corpus: the largest sets have some two hundred."""
LABEL_SET: Final = 500_000
"""Bytes of a label set in TOML."""
DOTS: Final = 100
"""Dots in a line of TOML: they may part a key, and its reader keeps for each part all those before."""
REMARKS: Final = 10_000
"""Remarks that are given one by one of a file; more are counted. Nobody reads them, and a file may have millions."""
REASON: Final = 600
"""Code points of what is said of one thing in a file, which may quote from it."""
FILES: Final = 1_000_000
"""Files of an import: as many as are listed before the first is read."""
