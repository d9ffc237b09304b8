"""Errors of a corpus file, each with a message in the user's language."""


class CorpusError(Exception):
    """The corpus cannot be used, or not in this way; nothing was changed. The text is one sentence for the user."""


class NotACorpus(CorpusError):
    """The file is not a corpus."""


class DamagedCorpus(CorpusError):
    """The file is a corpus that cannot be read, or not completely."""


class NewerCorpus(CorpusError):
    """A newer version of the program made the file."""


class WriteError(CorpusError):
    """The file could not be written to for a reason outside the data; a retry may succeed."""


class ReadOnlyCorpus(WriteError):
    """The file or its folder cannot be written to."""


class MissingCorpus(WriteError):
    """The file or its folder does not exist."""


class LostWal(WriteError):
    """The log (-wal) beside the file is not the one that the connection writes to."""


class LockedCorpus(WriteError):
    """Another program is writing to the file."""


class FullDisk(WriteError):
    """The disk has no space left for the write."""


class Unreachable(WriteError):
    """The storage medium of the file fails."""


class ExistingCorpus(CorpusError):
    """A file exists at the path of a new corpus."""


class NoSuchArticle(CorpusError):
    """The corpus has no article with this number or uid."""


class Conflict(CorpusError):
    """Another connection changed the same record since it was read."""


class UnsupportedSQLite(CorpusError):
    """The SQLite library is too old for any corpus."""
