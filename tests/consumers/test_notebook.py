"""Run docs/notebook.ipynb in a kernel of Jupyter: it prints what is stored in it. It takes a quarter of a minute."""

import re
import shutil
from copy import deepcopy
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pages
import pytest
from consumers.reading import consumer
from pages import ROOT

NOTEBOOK = pages.DOCS / "notebook.ipynb"
_DECIMAL = re.compile(r"\d+\.\d+")


def read_outputs(notebook: Any) -> list[list[tuple[str, str]]]:
    """Return what each cell of code prints and shows, each text after its kind; decimals vary between processors."""
    return [_merge_streams(cell["outputs"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _merge_streams(outputs: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the texts of a cell; what it prints comes in one piece or several, as it takes its time."""
    texts = [(kind, _DECIMAL.sub("0.0", "".join(text))) for output in outputs for kind, text in _list_texts(output)]
    groups = ((kind, [text for _kind, text in group]) for kind, group in groupby(texts, key=itemgetter(0)))
    return [(kind, "".join(pieces)) for kind, pieces in groups]


def _list_texts(output: dict[str, Any]) -> list[tuple[str, str]]:
    return [(output["name"], output["text"])] if output["output_type"] == "stream" else sorted(output["data"].items())


def test_the_notebook_prints_what_is_stored_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pandas", "datasets", "seqeval", "ipykernel"):
        consumer(name)
    client, nbformat = consumer("nbclient"), consumer("nbformat")
    shutil.copytree(ROOT / "resources" / "samples", tmp_path / "resources" / "samples")
    for variable, value in {
        "ANNOTATOR_LANGUAGE": "en",
        "HF_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": str(ROOT),
    }.items():
        monkeypatch.setenv(variable, value)
    stored = nbformat.read(NOTEBOOK, as_version=4)
    executed = deepcopy(stored)
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client.NotebookClient(executed, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert read_outputs(executed) == read_outputs(stored)
    assert sum(map(bool, read_outputs(stored))) >= 8


def test_a_print_in_pieces_is_one_text() -> None:
    pieces = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("a 1.5\n", "b\n")]
    output = {"output_type": "display_data", "data": {"text/plain": "c"}}
    cell = {"cell_type": "code", "outputs": [*pieces, output, pieces[0]]}
    assert read_outputs({"cells": [cell]}) == [[("stdout", "a 0.0\nb\n"), ("text/plain", "c"), ("stdout", "a 0.0\n")]]


def test_the_notebook_names_no_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "site-packages" not in text
