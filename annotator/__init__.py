"""A desktop window in which annotators tag dates, institutions and plans in Arabic news."""

import logging

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # or Python would write warnings to stderr without a log
