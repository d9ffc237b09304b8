"""The entries of the command palette, and the search among them.

An entry is found by words of its names in every language, spelled as folding allows and without the Arabic article.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from annotator.i18n import _, in_all_languages
from annotator.model.labels import Label
from annotator.ui.actions.action_names import fold_name, word_starts
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.keymap import Menu
from annotator.ui.widgets.bidi_text import format_keys

BEGINNING, WORDS, INSIDE = range(3)
"""How a query matches: the name begins with it, its words begin words of names, or are somewhere in them."""


class PaletteEntry(Struct, frozen=True):
    """An entry: `run` does it, `name` is what recent ones are remembered by, `names` are what it is found by.

    `group` says where it belongs, `reason` why it cannot be used now; `label` gives it a coloured dot.
    """

    name: str
    title: str
    run: Callable[[], object]
    names: tuple[str, ...]
    group: str = ""
    keys: str = ""
    is_enabled: bool = True
    is_checked: bool = False
    reason: str = ""
    label: Label | None = None


def search_entries(entries: Iterable[PaletteEntry], query: str, recent: Sequence[str]) -> list[PaletteEntry]:
    """Return the entries that match `query`, the best and of those the most recent first.

    `recent` are names of entries, the latest first. A blank query matches all entries equally.
    """
    ranks = {name: rank for rank, name in enumerate(recent)}
    words = fold_name(query).split()
    matches = [(match, entry) for entry in entries if (match := _match(entry.names, words)) is not None]
    matches.sort(key=lambda pair: (pair[0], ranks.get(pair[1].name, len(ranks))))
    return [entry for _match, entry in matches]


def list_entries(actions: ActionSet[Any], labels: Sequence[Label]) -> list[PaletteEntry]:
    """Return an entry for each action, list item and choice of the table, and each label, as they are now."""
    rows = [(action, menu) for menu in actions.walk_menus() for action in menu.actions()]
    actions.prepare_display()
    texts = {row.text for row, _menu in rows}
    texts |= {text for choice, value, _action in actions.choices for text in (choice.title, choice.texts[value])}
    translations = dict(zip(texts, in_all_languages(texts), strict=True))
    entries = []
    for row, menu in rows:
        action = actions.by_name[row.name]
        entries.append(
            PaletteEntry(
                name=row.name,
                title=action.text().partition("\t")[0].removesuffix("…"),
                run=action.trigger,
                names=(*translations[row.text], *actions.keymap.keys(row.name)),
                group=_plain_title(menu),
                keys=format_keys(actions.keymap.keys(row.name)[:1]),
                is_enabled=action.isEnabled(),
                is_checked=action.isChecked(),
                reason=action.whatsThis(),
            )
        )
    return [*entries, *_list_items(actions), *_list_choices(actions, translations), *_list_labels(actions, labels)]


def _list_items(actions: ActionSet[Any]) -> list[PaletteEntry]:
    return [
        PaletteEntry(name=f"{menu.title}={value}", title=text, run=choose, names=(value, text), group=_(menu.title))
        for menu, value, text, choose in actions.list_items()
    ]


def _list_labels(actions: ActionSet[Any], labels: Sequence[Label]) -> list[PaletteEntry]:
    return [
        PaletteEntry(
            name=label.name,
            title=_("Tag as {label}").format(label=label.localised_title()),
            run=action.trigger,
            names=(*label.title.values(), label.name, label.key or ""),
            group=_("Labels"),
            keys=format_keys(filter(None, [label.key])),
            is_enabled=action.isEnabled(),
            reason=action.whatsThis(),
            label=label,
        )
        for label, action in zip(labels, actions.label_actions, strict=True)
    ]


def _list_choices(actions: ActionSet[Any], translations: Mapping[str, tuple[str, ...]]) -> list[PaletteEntry]:
    return [
        PaletteEntry(
            name=f"{choice.title}={value}",
            title=_("{name}: {fact}").format(name=_(choice.title), fact=action.text()),
            run=action.trigger,
            names=tuple(map(" ".join, zip(translations[choice.title], translations[choice.texts[value]], strict=True))),
            is_checked=action.isChecked(),
        )
        for choice, value, action in actions.choices
    ]


def _plain_title(menu: Menu[Any]) -> str:
    return _(menu.title).replace("&", "")


def _match(names: Sequence[str], words: Sequence[str]) -> int | None:
    """Return how well folded words match the names, None if not at all."""
    if not words:
        return BEGINNING
    query = " ".join(words)
    folded_names = [fold_name(name) for name in names]
    if any(name.startswith(query) for name in folded_names):
        return BEGINNING
    starts = [start for name in names for start in word_starts(name)]
    if all(any(start.startswith(word) for start in starts) for word in words):
        return WORDS
    if all(any(word in name for name in folded_names) for word in words):
        return INSIDE
    return None
