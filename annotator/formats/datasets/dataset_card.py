"""The card of a dataset, README.md: what Hugging Face's hub and `datasets` read of it, and what people do.

It is in English, as cards are, whatever the language of whoever exports: the same corpus gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from annotator.formats.report import Part, Report

_LONE: Final = "train"
_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGER: Final = "n>1M"
_BODY: Final = """
# Arabic news with labelled spans

Written by {program} from a corpus of news articles; a row is a sentence. Of {spans} spans, {flat} are in `ner_tags`
({scheme}), where none may overlap another; `spans` also has those that were left out of it for that. The report beside
this folder accounts for each. Offsets are code points of `text`, the end exclusive. No article, and none that is nearly
the same, is in two parts.

| part | articles | rows | tokens | spans |
| --- | --- | --- | --- | --- |
{table}

| label | in `ner_tags` |
| --- | --- |
{labels}
"""


def card(report: Report, tags: Sequence[str]) -> str:
    """The card of an export whose `ner_tags` have these names in the order of their numbers."""
    parts = {_LONE: _whole(report)} if report.parts is None else report.parts
    flat = report.written + len(report.widened) + len(report.split)
    rows = (f"| {part} | {it.articles} | {it.sentences} | {it.tokens} | {it.spans} |" for part, it in parts.items())
    body = _BODY.format(
        program=report.program,
        spans=report.spans,
        flat=flat,
        scheme=report.scheme,
        table="\n".join(rows),
        labels="\n".join(f"| {label} | {count} |" for label, count in sorted(report.labels.items())),
    )
    return "\n".join(("---", *_header(parts, tags), "---", body))


def split_name(part: str) -> str:
    """What `datasets` calls a part: a name without hyphens."""
    return part.replace("-", "_")


def _whole(report: Report) -> Part:
    return Part(report.articles, report.sentences, report.tokens, report.spans, report.written)


def _header(parts: dict[str, Part], tags: Sequence[str]) -> Iterator[str]:
    """The lines of YAML; whatever a name holds, it is quoted as JSON is, which is YAML too."""
    rows = sum(part.sentences for part in parts.values())
    size = next((name for most, name in _SIZES if rows < most), _LARGER)
    yield from ("language:", "- ar", "task_categories:", "- token-classification")
    yield from ("task_ids:", "- named-entity-recognition", "size_categories:", f"- {size}")
    yield from ("configs:", "- config_name: default", "  data_files:")
    for part in parts:
        yield from (f"  - split: {_quoted(split_name(part))}", f"    path: {_quoted(part + '.parquet')}")
    yield from ("dataset_info:", "  features:")
    for name, kind in (("id", "string"), ("article", "int64"), ("text", "string")):
        yield from (f"  - name: {name}", f"    dtype: {kind}")
    yield from ("  - name: tokens", "    sequence: string")
    yield from ("  - name: ner_tags", "    sequence:", "      class_label:", "        names:")
    yield from (f"          '{number}': {_quoted(tag)}" for number, tag in enumerate(tags))
    yield from ("  - name: spans", "    list:")
    for name, kind in (("start", "int64"), ("end", "int64"), ("label", "string")):
        yield from (f"    - name: {name}", f"      dtype: {kind}")


def _quoted(name: str) -> str:
    return msgspec.json.encode(name).decode()
