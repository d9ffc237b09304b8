"""A desktop window in which annotators tag dates, institutions and plans in Arabic news."""

__version__ = "0.1.0"
