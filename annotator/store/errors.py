"""What can be wrong with a corpus file: each a sentence in the reader's language."""


class CorpusError(Exception):
    """The corpus cannot be used, or not for this; its text is one sentence for a person. Nothing was changed."""


class NotACorpus(CorpusError):
    """The file is something else."""


class Damaged(CorpusError):
    """The file is a corpus, and what is in it cannot be read, or not all of it."""


class NewerCorpus(CorpusError):
    """A newer version of the program made the file."""


class Unwritten(CorpusError):
    """The file could not be written to, through no fault of what was to be written: a moment later it may go well."""


class ReadOnlyCorpus(Unwritten):
    """The file or its folder cannot be written to."""


class MissingCorpus(Unwritten):
    """The file or its folder is not there."""


class LostLog(Unwritten):
    """The log beside the file is not the one that the connection writes to."""


class Locked(Unwritten):
    """Another program is writing to the file."""


class FullDisk(Unwritten):
    """There is no room left for what was to be written."""


class Unreachable(Unwritten):
    """The medium that the file lies on does not answer as it should."""


class ExistingCorpus(CorpusError):
    """There is a file where a new corpus was to be made."""


class NoSuchArticle(CorpusError):
    """The corpus holds no article of this number or uid."""


class Conflict(CorpusError):
    """Someone else changed the same record since it was read."""


class UnsupportedSQLite(CorpusError):
    """SQLite itself is too old for any corpus."""
