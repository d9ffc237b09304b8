"""`annotator config`: the settings are listed, shown and changed, and nothing in their file is ignored silently."""

import json

import pytest
from cli.sample import Run

from annotator import settings
from annotator.cli.completion import complete
from annotator.settings import SETTING_TYPES, WINDOW_STATE, Settings


def test_settings_are_listed(run: Run) -> None:
    settings.save(Settings(annotator="سلمى", zoom=140))
    ended = run("config")
    rows = {line.split()[0]: line.split()[1:] for line in ended.text.splitlines()[1:-1]}
    assert rows.keys() == SETTING_TYPES.keys() - WINDOW_STATE
    assert rows["annotator"] == ["set", "سلمى"]
    assert rows["zoom"] == ["set", "140"]
    assert rows["theme"] == ["default", "system"]
    assert str(settings.settings_path()) in ended.text.splitlines()[-1]
    assert run("config", "--json").json.keys() == SETTING_TYPES.keys()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("zoom", "140", 140),
        ("theme", "dark", "dark"),
        ("language", "fr", "fr"),
        ("annotator", "سلمى", "سلمى"),
        ("annotator", "140", "140"),
        ("annotator", '"سلمى"', '"سلمى"'),
        ("suggestions", "false", False),
        ("model_labels", '{"ORG": "INSTITUTION"}', {"ORG": "INSTITUTION"}),
        ("keys", '{"undo": ["F12"]}', {"undo": ["F12"]}),
    ],
)
def test_a_setting_is_changed_shown_and_unset(run: Run, key: str, text: str, value: object) -> None:
    default = run("config", key, "--json").json
    assert run("config", key, text, "--json").json == {key: value}
    assert json.loads(settings.settings_path().read_text(encoding="utf-8"))[key] == value
    output = run("config", key).text.rstrip("\n")
    assert output == value if isinstance(value, str) else json.loads(output) == value
    assert run("config", key, "--unset", "--json").json == default


def test_the_key_of_a_renamed_field_is_that_of_the_file(run: Run) -> None:
    assert run("config", "instructive", "true").code == 0
    assert settings.load().informative


def test_unset_empties_a_table(run: Run) -> None:
    settings.save(Settings(model_labels={"ORG": "INSTITUTION"}))
    assert run("config", "model_labels", '{"PER": "PERSON"}', "--json").json == {"model_labels": {"PER": "PERSON"}}
    assert run("config", "model_labels", "--unset", "--json").json == {"model_labels": {}}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zom"], "“zoom”"),
        (["zoom", "wide"], "“wide”"),
        (["zoom", "9000"], "300"),
        (["theme", "pink"], "system, light, dark"),
        (["suggestions", "yes"], "true, false"),
        (["language", "de"], "ar, fr, en"),
        (["model_labels", "ORG"], "model_labels"),
        (["--unset"], "--unset"),
        (["zoom", "100", "--unset"], "--unset"),
        (["zoom", "[" * 5000], "zoom"),
    ],
)
def test_wrong_usage_is_one_line_and_changes_nothing(run: Run, arguments: list[str], words: str) -> None:
    settings.save(Settings(zoom=140))
    before = settings.settings_path().read_bytes()
    ended = run("config", *arguments)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert words in ended.err
    assert settings.settings_path().read_bytes() == before


def test_every_command_says_what_is_wrong_with_the_file(run: Run) -> None:
    settings.settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings.settings_path().write_text(
        '{\n "zoom": 120,\n "spacy_pipelin": "x",\n "theme": "pink"\n}', encoding="utf-8"
    )
    ended = run("config", "zoom")
    assert (ended.code, ended.text) == (0, "120\n")
    first, second = ended.err.splitlines()
    assert f"{settings.settings_path()}:3: " in first
    assert "“spacy_pipeline”" in first
    assert f"{settings.settings_path()}:4: " in second
    assert "“theme”" in second
    settings.settings_path().write_text('{\n "zoom": 120,\n', encoding="utf-8")
    [line] = run("config", "zoom").err.splitlines()
    assert f"{settings.settings_path()}:2: " in line


@pytest.mark.parametrize(
    ("words", "completions"),
    [("config spacy_", ["spacy_pipeline"]), ("config theme ", ["system", "light", "dark"]), ("config geo", [])],
)
def test_keys_and_values_are_completed(
    words: str, completions: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_WORDS", f"annotator {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(f"annotator {words}".split(" ")) - 1))
    complete("bash_complete")
    assert capsys.readouterr().out.split() == [f"plain,{word}" for word in completions]


@pytest.mark.parametrize("name", ["a\x1b[31m", 256 * "x"])
def test_a_name_under_which_nobody_can_begin_is_not_saved(run: Run, name: str) -> None:
    ended = run("config", "annotator", name)
    assert (ended.code, ended.text, ended.err.count("\n")) == (2, "", 1)
    assert settings.load().annotator is None
    assert run("config", "annotator", " Salma  B ").text == "Salma B\n"
