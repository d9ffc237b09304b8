"""Lists of records on standard output, for other programs: as JSON, as lines of JSON, as CSV, or some of their keys."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Final, NamedTuple

import click

from annotator.cli.command import Function, decode_argument, json_option, option
from annotator.cli.console import TableWriter, encode_json, print_encoded, print_json_list
from annotator.i18n import LazyText, _

_JSON: Final = "--json"
_LINES: Final = "--jsonl"
_CSV: Final = "--csv"
_TABLE: Final = ""
_COMMA: Final = re.compile("[,،]")

Record = Mapping[str, Any]


class RecordOutput(NamedTuple):
    """How a command prints its records: the option that says it, and the keys in the order of the columns."""

    kind: str
    keys: tuple[str, ...]
    is_selected: bool
    """Whether the keys were chosen."""

    @property
    def is_for_people(self) -> bool:
        """Whether the command prints its own table, with headings in the language of the reader."""
        return self.kind == _TABLE and not self.is_selected

    def print_batches(self, batches: Iterable[Iterable[Record]]) -> None:
        """Print the records batch by batch; an error ends the list, which remains readable."""
        selected = ([self._select(record) for record in batch] for batch in batches)
        if self.kind == _JSON:
            print_json_list(selected)
        elif self.kind == _LINES:
            for batch in selected:
                print_encoded("".join(f"{encode_json(record)}\n" for record in batch))
        elif self.kind == _CSV:
            print_encoded(_format_csv([self.keys]))
            for batch in selected:
                print_encoded(_format_csv(map(_format_cell, map(record.get, self.keys)) for record in batch))
        else:
            table = TableWriter()
            rows: list[Sequence[str]] = [self.keys]  # printed with the first records, to be aligned with them
            for batch in selected:
                rows += [[_format_cell(record.get(key)) for key in self.keys] for record in batch]
                table.print_rows(rows)
                rows.clear()
            table.print_rows(rows)

    def _select(self, record: Record) -> Record:
        return {key: record.get(key) for key in self.keys} if self.is_selected else record


def record_options(*keys: str) -> Callable[[Function], Function]:
    """Return the decorator of a command that lists records with these keys: the options for its `output`."""
    options = (
        json_option,
        option("as_lines", _LINES, is_flag=True, help=LazyText("Print one JSON value a line instead of text.")),
        option(
            "as_csv",
            _CSV,
            is_flag=True,
            help=LazyText("Print CSV instead of text; what is no text or number is JSON there."),
        ),
        option(
            "--columns",
            metavar="KEY,...",
            callback=decode_argument,
            help=LazyText("Print only these keys, in this order. Keys: {keys}.", keys=", ".join(keys)),
        ),
    )

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(*, as_json: bool, as_lines: bool, as_csv: bool, columns: str | None, **arguments: Any) -> Any:
            kinds = [kind for kind, is_wanted in ((_JSON, as_json), (_LINES, as_lines), (_CSV, as_csv)) if is_wanted]
            if len(kinds) > 1:
                raise click.UsageError(_("{options} exclude one another").format(options=_(", ").join(kinds)))
            selected = None if columns is None else _parse_columns(columns, keys)
            output = RecordOutput(kinds[0] if kinds else _TABLE, selected or keys, selected is not None)
            return function(output=output, **arguments)

        for decorator in reversed(options):
            command = decorator(command)
        return command  # type: ignore[return-value]

    return decorate


def _parse_columns(text: str, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the keys in the text. Raises BadParameter for one that is not among `keys`."""
    selected = tuple(dict.fromkeys(name.strip() for name in _COMMA.split(text)))
    unknown = next((name for name in selected if name not in keys), None)
    if unknown is not None:
        message = _("“{key}” is no key of these records; choose from {keys}")
        raise click.BadParameter(message.format(key=unknown, keys=", ".join(keys)), param_hint="'--columns'")
    return selected


def _format_csv(rows: Iterable[Iterable[str]]) -> str:
    """Return the rows as lines of CSV."""
    lines = []
    for row in rows:
        text = io.StringIO()
        # So that a lone CR is quoted; the line itself ends as lines do in pipes.
        csv.writer(text, lineterminator="\r\n").writerow(row)
        lines.append(text.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def _format_cell(value: Any) -> str:
    """Return a value as text: nothing for None, JSON for what is no text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else encode_json(value)
