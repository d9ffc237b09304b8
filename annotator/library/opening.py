"""How a corpus is opened: by which name, and in which language its errors are."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from annotator import i18n, settings
from annotator.library.arguments import ExportChoices, read_name
from annotator.library.corpus import Corpus
from annotator.model.annotator_names import explain_gold_name
from annotator.model.labels import LabelSet, default_labels, read_label_set
from annotator.model.new_labels import build_label_set
from annotator.paths import extend_path
from annotator.store.corpus import Corpus as StoredCorpus
from annotator.store.errors import CorpusError
from annotator.store.queries.gold import find_gold

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict


def open(  # noqa: A001 - as annotator.open
    path: str | PathLike[str], annotator: str | None = None
) -> Corpus:
    """Open the corpus at `path`: for reading, or for `annotator` to change.

    The window may have it open at the same time. Close it, or use it in a `with` block. Raises CorpusError for a file
    that is missing or no corpus, and for the name of the gold layer; ValueError for what is no name.
    """
    use_language()
    stored = StoredCorpus.open(extend_path(Path(path)), readonly=annotator is None)
    try:
        return Corpus(stored, _check_name(stored, annotator))
    except BaseException:
        stored.close()
        raise


def create(
    path: str | PathLike[str],
    annotator: str,
    *,
    labels: Iterable[str] | None = None,
    label_file: str | PathLike[str] | None = None,
) -> Corpus:
    """Create a corpus at `path`, where no file may be, and open it for `annotator` to change.

    `labels` are the names of its labels, which get colours and keys; instead, `label_file` is a TOML file that has
    these, too. By default they are dates, institutions and plans. Raises CorpusError, and ValueError for an invalid
    label set or name.
    """
    use_language()
    label_set = _read_labels(labels, label_file)
    name = read_name(annotator)
    return Corpus(StoredCorpus.create(extend_path(Path(path)), label_set), name)


def _read_labels(names: Iterable[str] | None, label_file: str | PathLike[str] | None) -> LabelSet:
    if label_file is not None:
        if names is not None:
            raise ValueError("either labels or a label_file")
        return read_label_set(Path(label_file))
    if names is None:
        return default_labels()
    return build_label_set([names] if isinstance(names, str) else names)


def use_language() -> None:
    """Let messages be in the language of the commands."""
    i18n.set_language(settings.interface_language())


def load_dataset(
    path: str | PathLike[str], table: str = "sentences", **choices: Unpack[ExportChoices]
) -> "Dataset | DatasetDict":
    """Return the corpus at `path` as a dataset of Hugging Face's `datasets`; see `Corpus.to_datasets`."""
    with open(path) as corpus:
        return corpus.to_datasets(table, **choices)


def _check_name(stored: StoredCorpus, annotator: str | None) -> str | None:
    """Return the name as the corpus has it. Raises TypeError, ValueError, CorpusError."""
    if annotator is None:
        return None
    name = read_name(annotator, stored.annotators())
    if name == find_gold(stored):
        raise CorpusError(explain_gold_name(name))
    return name
