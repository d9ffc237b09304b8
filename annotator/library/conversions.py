"""What a corpus is in pandas, in Hugging Face's datasets and in spaCy, without a file in between.

The last two have the tokens, tags and spans that the exports `huggingface` and `spacy` have.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from annotator import optional_packages
from annotator.formats.datasets import docbin, huggingface
from annotator.formats.datasets.combined_tags import CombinedTags
from annotator.formats.format import Format
from annotator.jobs.export.article_selection import list_parts
from annotator.jobs.export.exporter import read_export
from annotator.jobs.export.file_output import SINGLE_PART_NAME, UNSPLIT
from annotator.jobs.export.options import ExportOptions
from annotator.library.arguments import build_export_options
from annotator.library.values import Article, Span
from annotator.model.choices import check_choice
from annotator.store.corpus import Corpus
from annotator.tagging.combined import CombinedProjection

if TYPE_CHECKING:
    from collections.abc import Mapping

    import datasets
    import pandas
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

SPANS: Final = "spans"
ARTICLES: Final = "articles"
SENTENCES: Final = "sentences"
_ARTICLE_COLUMNS: Final = ("uid", "number", "title", "text", "published", "source", "url")
_SPAN_COLUMNS: Final = tuple(field.name for field in fields(Span))


def to_pandas(articles: Iterable[Article], table: str) -> "pandas.DataFrame":
    """Return the table SPANS or ARTICLES. Raises ImportError without pandas, ValueError for another table."""
    check_choice("table", table, (SPANS, ARTICLES))
    require("pandas", "pandas", "pandas")
    import pandas

    if table == ARTICLES:
        rows = [[getattr(article, name) for name in _ARTICLE_COLUMNS] for article in articles]
        return pandas.DataFrame(rows, columns=list(_ARTICLE_COLUMNS)).astype({"number": "int64"})
    rows = [[getattr(span, name) for name in _SPAN_COLUMNS] for article in articles for span in article.spans]
    return pandas.DataFrame(rows, columns=list(_SPAN_COLUMNS)).astype({"start": "int64", "end": "int64"})


def to_datasets(corpus: Corpus, table: str, choices: "Mapping[str, Any]") -> "datasets.Dataset | datasets.DatasetDict":
    """Return the table SENTENCES or ARTICLES as a dataset, or as one for each part of a split.

    Raises ImportError, CorpusError, and ValueError for another table.
    """
    check_choice("table", table, (SENTENCES, ARTICLES))
    require("datasets", "datasets", "datasets")
    from datasets import Dataset, DatasetDict

    export_options = build_export_options(huggingface.FORMAT.name, choices)
    labels = [label.name for label in corpus.labels().labels]
    builders = {
        part: huggingface.build_sentence_table(labels, export_options.scheme)
        if table == SENTENCES
        else huggingface.build_article_table((part or SINGLE_PART_NAME).rpartition("/")[2])
        for part in list_parts(export_options)
    }
    with corpus.snapshot():
        for parts, article in _project(corpus, export_options, huggingface.FORMAT):
            for part in parts:
                builders[part].add(article)
    tables = {part: Dataset(builder.build()) for part, builder in builders.items()}
    return DatasetDict(tables) if export_options.has_parts else tables[UNSPLIT]


def to_spacy(corpus: Corpus, vocab: "Vocab | None", part: str | None, choices: "Mapping[str, Any]") -> "Iterator[Doc]":
    """Yield the articles, or those of one part of a split, as documents.

    Raises ImportError, CorpusError, and ValueError for a part that is none of the split.
    """
    export_options = build_export_options(docbin.FORMAT.name, choices)
    check_part(part, export_options)
    require("spacy", "spaCy", "spacy")
    from spacy.vocab import Vocab

    projections = _project(corpus, export_options, docbin.FORMAT)
    shared_vocab = Vocab() if vocab is None else vocab
    return (docbin.build_doc(shared_vocab, article) for parts, article in projections if part is None or part in parts)


def check_part(part: str | None, options: ExportOptions) -> None:
    """Raise ValueError unless a split or folds have this part, or there is neither."""
    if options.has_parts:
        check_choice("part", part, list_parts(options))
    elif part is not None:
        raise ValueError(f"part {part!r} is of no split: name a split or folds")


def require(module: str, program: str, extra: str) -> None:
    """Raise ImportError, with how to install it, unless a package is installed."""
    if not optional_packages.is_installed(module):
        raise ImportError(optional_packages.explain_missing(program, extra), name=module)


def _project(
    corpus: Corpus, options: ExportOptions, format_: Format
) -> Iterator[tuple[tuple[str, ...], CombinedProjection]]:
    """Yield the articles of an export as the format has them, each after its parts."""
    assert isinstance(format_.output, CombinedTags)
    project, labels, projection_options = format_.output.project, corpus.labels(), options.projection_options()
    return (
        (parts, project(annotated, labels, projection_options)) for parts, annotated in read_export(corpus, options)
    )
