"""A dataset's card: README.md, for Hugging Face's hub, `datasets` and people.

Always in English, as cards are: the same corpus gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from annotator.formats.datasets.article_table import ARTICLES, COLUMNS, SPAN_FIELDS
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

The articles are in {configs}: a row is one with its text as it is stored, its `uid` and `number` (`article` in the rows
of sentences), and all spans of the layer with their places in that text, values, notes and annotators.

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
        configs=_describe_article_configs(parts),
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
    configs = _list_configs(parts)
    yield "configs:"
    for config, config_parts in configs.items():
        yield from _config_lines(config, {part: f"{part}.parquet" for part in config_parts}, description)
    for config, config_parts in configs.items():
        paths = {part: _articles_file(part) for part in config_parts}
        yield from _config_lines(_articles_config(config), paths, description)
    yield "dataset_info:"
    for config in configs:
        yield from (f"- config_name: {config}", *_feature_lines(tags))
    for config in configs:
        yield from (f"- config_name: {_articles_config(config)}", "  features:")
        yield from _value_lines(COLUMNS, "  ")
        yield from ("  - name: spans", "    list:", *_value_lines(SPAN_FIELDS, "    "))


def _list_configs(parts: Iterable[str]) -> dict[str, list[str]]:
    """Return the parts in each configuration of sentences: a fold is one."""
    configs: dict[str, list[str]] = {}
    for part in parts:
        configs.setdefault(part.rpartition("/")[0] or _SINGLE_CONFIG, []).append(part)
    return configs


def _articles_config(config: str) -> str:
    """Return the name of the configuration with the articles of another one."""
    return ARTICLES if config == _SINGLE_CONFIG else f"{ARTICLES}-{config}"


def _articles_file(part: str) -> str:
    folder, slash, name = part.rpartition("/")
    return f"{folder}{slash}{ARTICLES}/{name}.parquet"


def _describe_article_configs(parts: Iterable[str]) -> str:
    return " and ".join(f"`{_articles_config(config)}`" for config in _list_configs(parts))


def _config_lines(config: str, paths: Mapping[str, str], description: str) -> Iterator[str]:
    """Yield a configuration, with the path of each of its parts."""
    yield from (f"- config_name: {config}", f"  description: {_quote(description)}", "  data_files:")
    for part, path in paths.items():
        yield from (f"  - split: {_quote(split_name(part.rpartition('/')[2]))}", f"    path: {_quote(path)}")


def _feature_lines(tags: Sequence[str]) -> Iterator[str]:
    """Yield the columns of a configuration."""
    yield "  features:"
    for name in ("id", "article", "uid", "title", "published", "source", "url", "start", "text"):
        yield from (f"  - name: {name}", f"    dtype: {'int64' if name in ('article', 'start') else 'string'}")
    yield from ("  - name: tokens", "    sequence: string", "  - name: offsets", "    sequence: int64")
    yield from ("  - name: ner_tags", "    sequence:", "      class_label:", "        names:")
    yield from (f"          '{number}': {_quote(tag)}" for number, tag in enumerate(tags))
    yield from ("  - name: spans", "    list:", *_value_lines(_SPAN_FIELDS, "    "))


def _value_lines(kinds: Mapping[str, str], indent: str) -> Iterator[str]:
    for name, kind in kinds.items():
        yield from (f"{indent}- name: {name}", f"{indent}  dtype: {kind}")


def _quote(name: str) -> str:
    return msgspec.json.encode(name).decode()
