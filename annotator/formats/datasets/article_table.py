"""The articles beside the sentences of a dataset: Parquet with an article a row, as the corpus has it.

    number  int64           the article's number in its corpus, `article` in the rows of sentences
    uid     string          its uid, the SHA-256 of `text`
    title   string          and published, source, url: of the article
    part    string          the part of the export that it is in, such as train
    text    string          as it is stored, with all zones
    spans   list of struct  start, end (code points of `text`, end exclusive), label, uid, value, note and annotator of
                            all spans of the layer, those too that the tags of sentences cannot have

The tables of the parts are in the folder `articles` beside the files of the sentences.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from annotator.formats.format import StoredArticle
from annotator.tagging.combined import CombinedProjection

if TYPE_CHECKING:
    import pyarrow

ARTICLES: Final = "articles"
"""The name of the folder, and of the configuration for `datasets.load_dataset`."""
COLUMNS: Final = {
    **{"number": "int64", "uid": "string", "title": "string", "published": "string", "source": "string"},
    **{"url": "string", "part": "string", "text": "string"},
}
SPAN_FIELDS: Final = {
    **{"start": "int64", "end": "int64", "label": "string", "uid": "string", "value": "string", "note": "string"},
    "annotator": "string",
}
FEATURES_KEY: Final = b"huggingface"
"""The key of a schema under which `datasets` finds the columns."""
_METADATA: Final = ("title", "published", "source", "url")
_ROW_GROUP_SIZE: Final = 1 << 20
"""Code points of articles, with 64 for each span, that are written at once."""
_BATCH_SIZE: Final = 64  # rows that are read at once


def articles_path(path: Path) -> Path:
    """Return where the articles are whose sentences are at `path`."""
    return path.parent / ARTICLES / path.name


def build_article_schema() -> "pyarrow.Schema":
    """Return the columns, also for `datasets`."""
    import pyarrow

    types = {"int64": pyarrow.int64(), "string": pyarrow.string()}
    spans = pyarrow.list_(pyarrow.struct([(name, types[kind]) for name, kind in SPAN_FIELDS.items()]))
    columns = [*((name, types[kind]) for name, kind in COLUMNS.items()), ("spans", spans)]
    features = {**_describe(COLUMNS), "spans": [_describe(SPAN_FIELDS)]}
    return pyarrow.schema(columns, {FEATURES_KEY: msgspec.json.encode({"info": {"features": features}})})


def _describe(kinds: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"dtype": kind, "_type": "Value"} for name, kind in kinds.items()}


def build_article_row(projection: CombinedProjection, part: str) -> dict[str, Any]:
    """Return the row of an article."""
    article = projection.article
    spans = [
        {name: getattr(outcome.span, name) for name in SPAN_FIELDS}  # as they are, whatever became of them
        for outcome in projection.outcomes
    ]
    row = {"number": article.id, "uid": article.uid, **projection.metadata(), "part": part}
    return {**row, "text": article.text, "spans": spans}


class ArticleSink:
    """A table of articles while it is written."""

    def __init__(self, writer: "pyarrow.parquet.ParquetWriter", part: str) -> None:
        self._writer, self._part = writer, part
        self._rows: list[dict[str, Any]] = []
        self._size = 0

    def add(self, projection: CombinedProjection) -> None:
        """Append one article. Raises OSError."""
        row = build_article_row(projection, self._part)
        self._rows.append(row)
        self._size += len(row["text"]) + 64 * len(row["spans"])
        if self._size >= _ROW_GROUP_SIZE:
            self.flush()

    def flush(self) -> None:
        """Write the remaining rows. Raises OSError."""
        import pyarrow

        if self._rows:
            self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._writer.schema))
            self._rows, self._size = [], 0


def read_rows(file: "pyarrow.parquet.ParquetFile", batch_size: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table.

    Row group by row group: one reader of all keeps some 30 MB more.
    """
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(batch_size, row_groups=[group]):
            yield from batch.to_pylist()


def read_stored_articles(path: Path) -> Iterator[StoredArticle]:
    """Yield the articles of the table for the part at `path`. Raises ValueError if it is not of that, and OSError."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(articles_path(path)) as file:
        for row in read_rows(file, _BATCH_SIZE):
            if row["part"] != path.stem:
                raise ValueError(row["part"])
            spans = [tuple(span[name] for name in SPAN_FIELDS) for span in row["spans"]]
            metadata = {name: row[name] for name in _METADATA}
            yield StoredArticle(row["number"], row["uid"], row["text"], metadata, spans)
