"""Read the files of a test, and show what a reader yields as what the test expects of it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from annotator.model.records import AnnotatedArticle, Article, Refusal, Remark

Reader = Callable[[Path, str], Iterable[AnnotatedArticle | Remark]]


def only_articles(items: Iterable[AnnotatedArticle | Remark]) -> list[AnnotatedArticle]:
    """Return the items, and fail if one of them is a remark."""
    articles = []
    for item in items:
        assert isinstance(item, AnnotatedArticle), item
        articles.append(item)
    return articles


def read_content(
    read: Reader, path: Path, content: str | bytes, annotator: str = "ليلى"
) -> tuple[list[AnnotatedArticle], list[Remark]]:
    """Write a file with this content, and return its articles and the remarks on it; fail if one names another file."""
    _write(path, content)
    items = list(read(path, annotator))
    remarks = [item for item in items if isinstance(item, Remark)]
    assert {remark.path for remark in remarks} <= {str(path)}
    return [item for item in items if isinstance(item, AnnotatedArticle)], remarks


def read_json(
    read: Reader, name: str, folder: Path, content: object, annotator: str = "ليلى"
) -> tuple[list[AnnotatedArticle], list[tuple[int, str]]]:
    """Write a file with this content, and return its articles, and the line and reason of each remark."""
    articles, remarks = read_content(read, folder / name, encode_json(content), annotator)
    return articles, line_reasons(remarks)


def read_only_item(read: Reader, path: Path, content: str | bytes) -> AnnotatedArticle | Remark:
    """Write a file with this content, and return what is read; fail if that is more or less than one item."""
    _write(path, content)
    (item,) = read(path, "a")
    return item


def read_annotated_article(read: Reader, path: Path, content: str | bytes) -> AnnotatedArticle:
    """Write a file with this content, and return its only article with all that belongs to it."""
    item = read_only_item(read, path, content)
    assert isinstance(item, AnnotatedArticle), item
    return item


def read_article(read: Reader, path: Path, content: str | bytes) -> Article:
    """Write a file with this content, and return its only article."""
    return read_annotated_article(read, path, content).article


def read_reason(read: Reader, path: Path, content: str | bytes) -> str:
    """Write a file with this content, and return why it is refused; fail unless it is refused as a whole."""
    item = read_only_item(read, path, content)
    assert isinstance(item, Refusal)
    assert (item.path, item.line) == (str(path), 0)
    return item.reason


def encode_json(content: object) -> bytes:
    """Return the content as JSON in UTF-8; bytes are taken for a file as it is."""
    return content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()


def line_reasons(remarks: Iterable[Remark]) -> list[tuple[int, str]]:
    """Return the line and the reason of each remark."""
    return [(remark.line, remark.reason) for remark in remarks]


def labelled_texts(item: AnnotatedArticle) -> list[tuple[str, str]]:
    """Return the text and the label of each span, in the order in which they were read."""
    return [(item.article.text[span.start : span.end], span.label) for span in item.spans]


def span_contents(item: AnnotatedArticle) -> list[tuple[int, int, str, str, str | None, str | None]]:
    """Return all that the spans have except their uids, in the order in which they were read."""
    return [(span.start, span.end, span.label, span.annotator, span.value, span.note) for span in item.spans]


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
