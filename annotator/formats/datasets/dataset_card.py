"""A dataset's card: README.md, for Hugging Face's hub, `datasets` and people.

Always in English, as cards are: the same corpus gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from annotator.formats.report import PartCounts, Report

_SINGLE_SPLIT: Final = "train"
_SINGLE_CONFIG: Final = "default"
_SPAN_FIELDS: Final = {"start": "int64", "end": "int64", "label": "string", "uid": "string", "value": "string"}
_SIZE_CATEGORIES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST_CATEGORY: Final = "n>1M"
_BODY: Final = """
# Arabic news with labelled spans

Written by {program} from a corpus of news articles; a row is a sentence. Of {spans} spans, {flat} are in `ner_tags`
({scheme}), where none may overlap another; `spans` also has those that were left out of it for that. The report beside
this folder accounts for each. Offsets of spans are code points of `text`, the end exclusive; `start` and `offsets` are
where the sentence and its tokens begin in the stored text of the article `uid`. No article, and none that is nearly the
same, is in two parts.

| part | articles | rows | tokens | spans |
| --- | --- | --- | --- | --- |
{table}

| label | in `ner_tags` |
| --- | --- |
{labels}
"""


def build_card(report: Report, tags: Sequence[str]) -> str:
    """Return an export's card; `tags` are in the order of their numbers.

    `datasets` knows a folder by its card: it would take the cached data of an older export whose card is the same up to
    the counts. So the card has the digest of the data, which is in `files` until the card is written.
    """
    parts = {_SINGLE_SPLIT: _count_all(report)} if report.parts is None else report.parts
    flat = report.written + len(report.widened) + len(report.split)
    rows = (
        f"| {part} | {counts.articles} | {counts.sentences} | {counts.tokens} | {counts.spans} |"
        for part, counts in parts.items()
    )
    body = _BODY.format(
        program=report.program,
        spans=report.spans,
        flat=flat,
        scheme=report.scheme,
        table="\n".join(rows),
        labels="\n".join(f"| {label} | {count} |" for label, count in sorted(report.labels.items())),
    )
    return "\n".join(("---", *_header_lines(parts, tags, f"SHA-256 of the data: {report.files}"), "---", body))


def split_name(part: str) -> str:
    """Return a part's name in `datasets`, which allows no hyphens."""
    return part.replace("-", "_")


def _count_all(report: Report) -> PartCounts:
    return PartCounts(report.articles, report.sentences, report.tokens, report.spans, report.written)


def _header_lines(parts: dict[str, PartCounts], tags: Sequence[str], description: str) -> Iterator[str]:
    """Yield lines of YAML, with names in JSON's quotes."""
    rows = sum(part.sentences for part in parts.values())
    size = next((name for limit, name in _SIZE_CATEGORIES if rows < limit), _LARGEST_CATEGORY)
    yield from ("language:", "- ar", "task_categories:", "- token-classification")
    yield from ("task_ids:", "- named-entity-recognition", "size_categories:", f"- {size}")
    configs: dict[str, list[str]] = {}  # the parts in each: a fold is a configuration
    for part in parts:
        configs.setdefault(part.rpartition("/")[0] or _SINGLE_CONFIG, []).append(part)
    yield "configs:"
    for config, config_parts in configs.items():
        yield from (f"- config_name: {config}", f"  description: {_quote(description)}", "  data_files:")
        for part in config_parts:
            name = split_name(part.rpartition("/")[2])
            yield from (f"  - split: {_quote(name)}", f"    path: {_quote(part + '.parquet')}")
    yield "dataset_info:"
    for config in configs:
        yield from (f"- config_name: {config}", *_feature_lines(tags))


def _feature_lines(tags: Sequence[str]) -> Iterator[str]:
    """Yield the columns of a configuration."""
    yield "  features:"
    for name in ("id", "article", "uid", "title", "published", "source", "url", "start", "text"):
        yield from (f"  - name: {name}", f"    dtype: {'int64' if name in ('article', 'start') else 'string'}")
    yield from ("  - name: tokens", "    sequence: string", "  - name: offsets", "    sequence: int64")
    yield from ("  - name: ner_tags", "    sequence:", "      class_label:", "        names:")
    yield from (f"          '{number}': {_quote(tag)}" for number, tag in enumerate(tags))
    yield from ("  - name: spans", "    list:")
    for name, kind in _SPAN_FIELDS.items():
        yield from (f"    - name: {name}", f"      dtype: {kind}")


def _quote(name: str) -> str:
    return msgspec.json.encode(name).decode()
