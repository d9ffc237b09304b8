"""What can be wrong with a corpus file: each a sentence in the reader's language."""


class CorpusError(Exception):
    """The corpus cannot be used, or not for this; its text is one sentence for a person. Nothing was changed."""


class NotACorpus(CorpusError):
    """The file is something else."""


class Damaged(CorpusError):
    """The file is a corpus, and what is in it cannot be read, or not all of it."""


class NewerCorpus(CorpusError):
    """A newer version of the program made the file."""


class ReadOnlyCorpus(CorpusError):
    """The file or its folder cannot be written to."""


class MissingCorpus(CorpusError):
    """The file or its folder is not there."""


class ExistingCorpus(CorpusError):
    """There is a file where a new corpus was to be made."""


class NoSuchArticle(CorpusError):
    """The corpus holds no article of this number or uid."""


class Conflict(CorpusError):
    """Someone else changed the same record since it was read."""
