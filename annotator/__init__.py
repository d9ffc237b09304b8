"""A desktop application for annotating dates, institutions and plans in Arabic news."""

import logging

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # or Python would write warnings to stderr without a log
