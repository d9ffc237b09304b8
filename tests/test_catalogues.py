"""The translations: what is missing is found, what is new is taken up, and they are compiled."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import catalogues
import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent

Write = Callable[[str, str], list[str]]


@pytest.fixture
def language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a French catalogue for a piece of code, and returns what is missing from it."""
    (tmp_path / "annotator").mkdir()
    (tmp_path / "i18n").mkdir()
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path / "i18n")
    monkeypatch.setattr(catalogues, "CLICK", ())

    def write(code: str, catalogue: str) -> list[str]:
        (tmp_path / "annotator" / "some.py").write_text(code, encoding="utf-8")
        header = (
            'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n > 1);\\nContent-Type: text/plain; charset=utf-8"\n\n'
        )
        (tmp_path / "i18n" / "fr.po").write_text(header + catalogue, encoding="utf-8")
        return catalogues.find_problems()

    return write


@pytest.mark.parametrize(
    ("code", "catalogue", "expected"),
    [
        ("_('Undo')", 'msgid "Undo"\nmsgstr "Annuler"', []),
        ("_('Undo')", "", ["fr: not translated: Undo"]),
        ("_('Undo')", 'msgid "Undo"\nmsgstr ""', ["fr: not translated: Undo"]),
        ("_('Undo')", '#, fuzzy\nmsgid "Undo"\nmsgstr "Refaire"', ["fr: not translated: Undo"]),
        ("_('Undo')\nN_('Redo')", 'msgid "Undo"\nmsgstr "Annuler"', ["fr: not translated: Redo"]),
        ("pgettext('menu', 'Undo')", 'msgid "Undo"\nmsgstr "Annuler"', ["fr: not translated: Undo"]),
        ("pgettext('menu', 'Undo')", 'msgctxt "menu"\nmsgid "Undo"\nmsgstr "Annuler"', []),
        ("_('No {path}')", 'msgid "No {path}"\nmsgstr "Pas de {path}"', []),
        ("_('No {path}')", 'msgid "No {path}"\nmsgstr "Rien"', ["fr: not the same names in braces: No {path}"]),
        ("_('No {path}')", 'msgid "No {path}"\nmsgstr "{chemin}"', ["fr: not the same names in braces: No {path}"]),
        (
            "_('Undo: now?')",
            'msgid "Undo: now?"\nmsgstr "Annuler : maintenant\u202f?"',
            ["fr: a line could break before or after a mark: Undo: now?"],
        ),
        ("_('Undo: now?')", 'msgid "Undo: now?"\nmsgstr "Annuler\u00a0: maintenant\u202f?"', []),
        (
            "ngettext('{n} span', '{n} spans', n)",
            'msgid "{n} span"\nmsgid_plural "{n} spans"\nmsgstr[0] "une"\nmsgstr[1] "{n} étendues"',
            [],
        ),
        (
            "ngettext('{n} span', '{n} spans', n)",
            'msgid "{n} span"\nmsgid_plural "{n} spans"\nmsgstr[0] "{n} étendue"\nmsgstr[1] ""',
            ["fr: not translated: {n} span"],
        ),
    ],
)
def test_what_is_missing_from_a_translation_is_found(
    code: str, catalogue: str, expected: list[str], language: Write
) -> None:
    assert language(code, catalogue) == expected


def test_updating_takes_up_new_texts_and_drops_old_ones(language: Write, tmp_path: Path) -> None:
    language("_('Undo')\n_('Redo')", 'msgid "Undo"\nmsgstr "Annuler"\n\nmsgid "Gone"\nmsgstr "Parti"\n')
    catalogues.update_all()
    written = (tmp_path / "i18n" / "fr.po").read_text(encoding="utf-8")
    assert 'msgid "Redo"' in written
    assert "Annuler" in written
    assert "Gone" not in written
    assert catalogues.find_problems() == ["fr: not translated: Redo"]


def test_a_newer_translation_is_compiled_over_an_older_one(language: Write, tmp_path: Path) -> None:
    compiled = tmp_path / "i18n" / "fr" / "LC_MESSAGES" / "annotator.mo"
    language("_('Undo')", 'msgid "Undo"\nmsgstr "Défaire"')
    catalogues.compile_all()
    assert "Défaire".encode() in compiled.read_bytes()
    language("_('Undo')", 'msgid "Undo"\nmsgstr "Annuler"')
    os.utime(compiled, (0, 0))
    catalogues.compile_all()
    assert b"Annuler" in compiled.read_bytes()
    assert [path.name for path in compiled.parent.iterdir()] == [compiled.name]


def test_arabic_counts_from_eleven_on_have_the_noun_in_the_accusative_and_hundreds_have_not() -> None:
    """Notice forms that stand in each other's place: «11 مقطعا» is the sixth, «100 مقطع» the fifth."""
    with (ROOT / "resources" / "i18n" / "ar.po").open("rb") as file:
        plurals = [tuple(message.string or ()) for message in read_po(file) if message.pluralizable and message.id]
    assert len(plurals) > 50
    swapped = [
        forms[5]
        for forms in plurals
        for hundred, dozen in zip(forms[4].split(), forms[5].split(), strict=False)
        if hundred != dozen and re.search(r"ا\W*$", hundred) and not re.search(r"ا\W*$", dozen)
    ]
    assert swapped == []
