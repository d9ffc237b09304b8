"""The reader by which `spacy train` trains on a corpus without a file in between (docs/library.md).

The package registers it for spaCy as an entry point.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.formats.datasets import docbin
from annotator.library.arguments import build_export_options
from annotator.library.conversions import check_part, to_spacy
from annotator.library.opening import use_language
from annotator.model.records import DONE
from annotator.paths import extend_path
from annotator.store.corpus import Corpus

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example


def create_reader(
    path: str,
    part: str | None = None,
    split: str | Mapping[str, float] | None = None,
    folds: int | None = None,
    seed: int = 0,
    annotator: str | None = None,
    state: str = DONE,
    gold: bool = False,
    single: bool = False,
    zones: list[str] | None = None,
    boundary: str | None = None,
    flatten: str | None = None,
    max_length: int = 0,
    limit: int = 0,
    gold_preproc: bool = False,
    augmenter: Callable[..., Any] | None = None,
) -> "Callable[[Language], Iterator[Example]]":
    """Return a function that yields the articles of the corpus at `path` as examples.

    With a `split`, such as {"train": 80, "dev": 20} or "train=80,dev=20", or with `folds`, they are those of `part`,
    such as `train` or `fold-1/train`. The last four are as in spaCy's own reader, the others as in an export (`None` is
    its default). Raises ValueError for a part that is none of the split, and when it reads, CorpusError.
    """
    from spacy.training import Corpus as SpacyCorpus

    defaulted = {"zones": zones, "boundary": boundary, "flatten": flatten}
    choices: dict[str, Any] = {
        **{
            "split": split,
            "folds": folds,
            "seed": seed,
            "annotator": annotator,
            "state": state,
            "gold": gold,
            "single": single,
        },
        **{name: choice for name, choice in defaulted.items() if choice is not None},
    }
    check_part(part, build_export_options(docbin.FORMAT.name, choices))
    spacy_reader = SpacyCorpus(path, limit=limit, gold_preproc=gold_preproc, max_length=max_length, augmenter=augmenter)

    def read(nlp: "Language") -> "Iterator[Example]":
        use_language()
        make = spacy_reader.make_examples_gold_preproc if gold_preproc else spacy_reader.make_examples
        with Corpus.open(extend_path(Path(path)), readonly=True) as corpus:
            documents = to_spacy(corpus, nlp.vocab, part, choices)
            if limit:
                documents = islice(documents, limit)
            for example in make(nlp, documents):
                yield from spacy_reader.augmenter(nlp, example)

    return read
