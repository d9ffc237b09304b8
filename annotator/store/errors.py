"""Errors of a corpus file, with messages in the user's language."""


class CorpusError(Exception):
    """The corpus cannot be used, or not this way; nothing was changed. The text is one sentence."""


class NotACorpus(CorpusError):
    """The file is not a corpus."""


class DamagedCorpus(CorpusError):
    """The corpus cannot be read completely."""


class NewerCorpus(CorpusError):
    """A newer program version made the file."""


class WriteError(CorpusError):
    """A write failed for a reason outside the data; a retry may succeed."""


class ReadOnlyCorpus(WriteError):
    """The file or its folder is write-protected."""


class MissingCorpus(WriteError):
    """The file or its folder is missing."""


class LostWal(WriteError):
    """The file's -wal or -shm is not the connection's own."""


class LockedCorpus(WriteError):
    """Another program is writing to the file."""


class FullDisk(WriteError):
    """The disk has no space left."""


class Unreachable(WriteError):
    """The file's storage medium fails."""


class ExistingCorpus(CorpusError):
    """A file exists at a new corpus's path."""


class NoSuchArticle(CorpusError):
    """The corpus has no such article."""


class Conflict(CorpusError):
    """Another connection changed the record since it was read."""


class UnsupportedSQLite(CorpusError):
    """SQLite is too old for any corpus."""
