"""`annotator labels CORPUS`: lists the labels of a corpus, and adds, edits, renames and deletes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final

import click
from msgspec.structs import replace

from annotator.cli.command import corpus_argument, decode_argument, decode_arguments, json_option, option
from annotator.cli.console import CommandError, print_json, print_message, print_table, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LANGUAGES, LazyText, _, count_phrase, format_number, ngettext
from annotator.jobs.label_changes import change_labels_safely
from annotator.model.label_changes import (
    REMOVE,
    LabelEntry,
    build_change,
    delete_entry,
    describe_value_changes,
    find_entry_faults,
    list_entries,
)
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.new_labels import build_label
from annotator.model.records import new_uid
from annotator.store.label_set import count_spans, count_values

_ADD: Final = "add"
_EDIT: Final = "edit"
_RENAME: Final = "rename"
_DELETE: Final = "delete"
_NAMES: Final = {_ADD: 1, _EDIT: 1, _RENAME: 2, _DELETE: 1}
"""The actions, and how many names each takes."""
_OF_LOOKS: Final = frozenset({"title_ar", "title_fr", "title_en", "colour", "key"})
_OPTIONS: Final = {_ADD: _OF_LOOKS, _EDIT: _OF_LOOKS, _RENAME: frozenset(), _DELETE: {"replacement", "removes_spans"}}
"""The parameters that each action takes."""


def _check_colours(
    _context: click.Context, _parameter: click.Parameter, colours: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Return the two colours. Raises BadParameter where another option stands in the place of one."""
    if colours and any(colour.startswith("-") for colour in colours):
        raise click.BadParameter(_("give two colours, for light and for dark paper"))
    return colours


@root.command(
    "labels",
    help=LazyText(
        "List the labels of CORPUS, or change them, as the window does: “add NAME”, “edit NAME”, “rename OLD NEW” or "
        "“delete NAME”. A new name is written into all spans. A label is deleted for good; where spans have it, "
        "--move-to or --with-spans says what happens to them."
    ),
    examples=(
        (LazyText("List the labels, with the number of their spans:"), "annotator labels news.corpus"),
        (LazyText("Add a label:"), "annotator labels news.corpus add LAW --title-en Law --key l"),
        (LazyText("Give it another name:"), "annotator labels news.corpus rename LAW DECREE"),
        (
            LazyText("Delete it, and give its spans another label:"),
            "annotator labels news.corpus delete DECREE --move-to PLAN",
        ),
    ),
)
@corpus_argument
@click.argument("action", type=click.Choice(list(_NAMES)), required=False)
@click.argument("names", metavar="[NAME...]", nargs=-1, callback=decode_arguments)
@option("--title-ar", metavar="TEXT", callback=decode_argument, help=LazyText("Arabic title; an empty one is none."))
@option("--title-fr", metavar="TEXT", callback=decode_argument, help=LazyText("French title; an empty one is none."))
@option("--title-en", metavar="TEXT", callback=decode_argument, help=LazyText("English title; an empty one is none."))
@option(
    "--colour",
    nargs=2,
    metavar="LIGHT DARK",
    callback=_check_colours,
    help=LazyText("Colours of the label on light and on dark paper, as #rrggbb; by default, free ones."),
)
@option(
    "--key",
    metavar="CHARACTER",
    callback=decode_argument,
    help=LazyText("Key of the label in the window; by default, a free digit. An empty one is none."),
)
@option(
    "replacement",
    "--move-to",
    metavar="NAME",
    callback=decode_argument,
    help=LazyText("Give the spans of the deleted label this one."),
)
@option("removes_spans", "--with-spans", is_flag=True, help=LazyText("Remove the spans of the deleted label."))
@json_option
@click.pass_context
def labels(
    context: click.Context, /, corpus: Path, action: str | None, names: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """List or change the labels."""
    _check_usage(context, action, names, {name for name, value in options.items() if value not in (None, False)})
    with open_corpus(corpus, readonly=action is None) as opened:
        before, usage = opened.labels(), count_spans(opened)
        if action is None:
            _print_labels(before, usage, as_json=as_json)
            return
        entries = _edit_entries(list_entries(before), usage, action, names, options)
        for fault in find_entry_faults(entries, usage):
            raise CommandError(str(fault.reason))
        for sentence in describe_value_changes(entries, count_values(opened)):
            print_message(sentence)
        run_with_progress(change_labels_safely(opened, build_change(before, entries, usage)), _("Changing the labels"))
        after, usage_after = opened.labels(), count_spans(opened)
    spans = usage.get(names[0], 0) if action in (_RENAME, _DELETE) else 0
    if as_json:
        print_json({"action": action, "label": names[-1], "spans": spans, "labels": _build_records(after, usage_after)})
    else:
        print_text(_describe_change(action, names, spans, options["replacement"]))


def _check_usage(
    context: click.Context, action: str | None, names: Sequence[str], given_options: AbstractSet[str]
) -> None:
    """Raise UsageError for too few or too many names, and for an option of another action."""
    if action is not None and len(names) != _NAMES[action]:
        message = ngettext("“{action}” takes {count} name", "“{action}” takes {count} names", _NAMES[action])
        raise click.UsageError(message.format(action=action, count=_NAMES[action]), context)
    unused = given_options - (_OPTIONS[action] if action else frozenset())
    for parameter in context.command.params:
        if parameter.name in unused:
            allowed_with = _(", ").join(f"“{name}”" for name in _OPTIONS if parameter.name in _OPTIONS[name])
            message = _("{option} belongs to {actions}").format(option=parameter.opts[0], actions=allowed_with)
            raise click.UsageError(message, context)
    if {"replacement", "removes_spans"} <= given_options:
        raise click.UsageError(_("either --move-to or --with-spans"), context)
    if action == _EDIT and not given_options:
        raise click.UsageError(_("say what to change, with an option such as --title-en or --key"), context)


def _edit_entries(
    entries: list[LabelEntry], usage: Mapping[str, int], action: str, names: Sequence[str], options: Mapping[str, Any]
) -> list[LabelEntry]:
    """Return the entries after the action. Raises CommandError."""
    if action == _ADD:
        label = build_label(LabelSet(tuple(entry.label for entry in entries)), names[0])
        return [*entries, LabelEntry(new_uid(), _change_looks(label, options))]
    entry = _find_entry(entries, names[0])
    if action == _DELETE:
        return _delete(entries, entry, usage.get(entry.uid, 0), options)
    label = replace(entry.label, name=names[1]) if action == _RENAME else _change_looks(entry.label, options)
    return [replace(other, label=label) if other is entry else other for other in entries]


def _find_entry(entries: Iterable[LabelEntry], name: str) -> LabelEntry:
    """Return the entry with this name. Raises CommandError."""
    for entry in entries:
        if entry.label.name == name and not entry.is_deleted:
            return entry
    raise CommandError(_("the corpus has no label {label}").format(label=name))


def _change_looks(label: Label, options: Mapping[str, Any]) -> Label:
    """Return the label with the title, colour and key of the command line."""
    titles = dict(label.title)
    for language in LANGUAGES:
        title = options[f"title_{language}"]
        if title is not None:
            titles[language] = " ".join(title.split())
    if options["colour"]:
        label = replace(label, colour=Colour(*options["colour"]))
    if options["key"] is not None:
        label = replace(label, key=options["key"] or None)
    return replace(label, title={language: title for language, title in titles.items() if title})


def _delete(entries: list[LabelEntry], entry: LabelEntry, spans: int, options: Mapping[str, Any]) -> list[LabelEntry]:
    """Return the entries without this one; say what is missing if it is not said what happens to its spans."""
    replacement = REMOVE if options["removes_spans"] else options["replacement"]
    if spans and replacement is None:
        message = ngettext(
            "{count} span has {label}: use --move-to to give it another label, or --with-spans to remove it",
            "{count} spans have {label}: use --move-to to give them another label, or --with-spans to remove them",
            spans,
        )
        raise CommandError(message.format(count=format_number(spans), label=entry.label.name))
    if replacement == entry.label.name:
        raise CommandError(_("--move-to names the label that is deleted: choose another one"))
    remaining = delete_entry(entries, entry.uid)
    if replacement:
        replacement = _find_entry(remaining, replacement).uid
    return [replace(other, replacement=replacement) if other.uid == entry.uid else other for other in remaining]


def _print_labels(label_set: LabelSet, usage: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        print_json(_build_records(label_set, usage))
    else:
        head = [_("Label"), _("Spans"), _("Key"), _("Title")]
        print_table([head, *_format_rows(label_set, usage)])


def _build_records(label_set: LabelSet, usage: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": label.name,
            "title": label.title,
            "key": label.key,
            "colour": label.colour,
            "guideline": label.guideline,
            "spans": usage.get(label.name, 0),
        }
        for label in label_set.labels
    ]


def _format_rows(label_set: LabelSet, usage: Mapping[str, int]) -> Iterator[list[str]]:
    for label in label_set.labels:
        yield [label.name, str(usage.get(label.name, 0)), label.key or "-", label.localised_title()]


def _describe_change(action: str, names: Sequence[str], spans: int, replacement: str | None) -> str:
    changed_spans = count_phrase("{count} span", "{count} spans", spans)
    if action == _ADD:
        return _("label added: {label}").format(label=names[0])
    if action == _EDIT:
        return _("label changed: {label}").format(label=names[0])
    if action == _RENAME:
        return _("{old} is now {new}: {spans}").format(old=names[0], new=names[1], spans=changed_spans)
    text = _("label deleted: {label}").format(label=names[0])
    if not spans:
        return text
    if replacement:
        consequence = ngettext("{count} span moved to {label}", "{count} spans moved to {label}", spans)
    else:
        consequence = ngettext("{count} span removed", "{count} spans removed", spans)
    return text + _(", ") + consequence.format(count=format_number(spans), label=replacement)
