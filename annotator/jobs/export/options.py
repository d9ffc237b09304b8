"""What an export takes of a corpus, and how it is written."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from msgspec import Struct

from annotator.formats import registry
from annotator.formats.conll import conll2003
from annotator.formats.json.offset_units import UNITS
from annotator.jobs.export.writer import Writer
from annotator.jobs.export.writers import create_writer, select_annotator
from annotator.model.choices import check_choice
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.gold import find_gold
from annotator.tagging import flat, schemes

ALL: Final = "all"
STATES: Final = (DONE, ALL)
FOLD_COUNTS: Final = range(2, 101)


class ExportOptions(Struct, frozen=True):
    """Content and format of an export; the other options are those of `tagging.flat.ProjectionOptions`.

    `format` is the name of one. `annotator` selects the layer, None the only one. `state` is DONE for articles that
    this annotator has finished, ALL for all. `gold` selects the gold layer instead, and `single` those of articles
    without one that a single person has done (see jobs.export.gold_layers). `split` has weights by part, such as
    {"train": 80, "dev": 10, "test": 10}; instead, `folds` is a number of folds, each with a training and a test set.
    The same `seed` gives the same parts (see jobs.export.dataset_splitter). `offsets` is a unit of json.offset_units,
    for a format that may have any; None for its usual one. `layer` is that of the spans in formats of UIMA (see
    formats.standoff.span_layer), "" for their own.
    """

    format: str = conll2003.FORMAT.name
    scheme: str = schemes.IOB2
    flatten: str = flat.OUTERMOST
    boundary: str = flat.WIDEN
    zones: frozenset[str] | None = flat.ProjectionOptions().zones
    annotator: str | None = None
    state: str = DONE
    gold: bool = False
    single: bool = False
    split: Mapping[str, Fraction | int] | None = None
    folds: int | None = None
    seed: int = 0
    offsets: str | None = None
    layer: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for an invalid option."""
        check_choice("state", self.state, STATES)
        if self.single and not self.gold:
            raise ValueError("single is a choice of gold")
        if self.gold and self.annotator is not None:
            raise ValueError(f"gold is not the layer of {self.annotator!r}")
        if self.folds is not None and self.split is not None:
            raise ValueError("either folds or a split")
        if self.folds is not None and self.folds not in FOLD_COUNTS:
            raise ValueError(f"folds {self.folds!r} is no number from {FOLD_COUNTS.start} to {FOLD_COUNTS.stop - 1}")
        if self.offsets is not None:
            check_choice("offsets", self.offsets, UNITS)
        self.projection_options()

    @property
    def has_parts(self) -> bool:
        """Return whether the articles are divided among several files."""
        return self.split is not None or self.folds is not None

    def projection_options(self) -> flat.ProjectionOptions:
        """Return the options for a projection."""
        return flat.ProjectionOptions(self.scheme, self.flatten, self.boundary, self.zones)

    def create_writer(self, corpus: Corpus) -> Writer:
        """Create the format's writer for a corpus; raises like `writers.create_writer`."""
        return create_writer(
            registry.get_format(self.format),
            corpus.labels(),
            self.projection_options(),
            offsets=self.offsets,
            layer=self.layer,
            has_many_layers=self.annotator is None and not self.gold and len(corpus.annotators()) > 1,
        )

    def select_layer(self, corpus: Corpus, writer: Writer) -> str | None:
        """Return the annotator to export; None means all, if the format holds several. Raises CannotExport."""
        if self.gold:
            return find_gold(corpus)
        return None if writer.has_layers and self.annotator is None else select_annotator(corpus, self.annotator)
