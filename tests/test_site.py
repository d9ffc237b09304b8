"""The site has every page, with its links and the anchors that GitHub has, and CI makes it."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import dev
import pages
import pytest
import site_hooks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pages import DOCS, PAGES, ROOT

import annotator

CONFIGURATION = (ROOT / "packaging" / "mkdocs.yml").read_text(encoding="utf-8")


def test_every_page_is_in_the_navigation_once() -> None:
    nav = CONFIGURATION.partition("\nnav:\n")[2]
    listed = re.findall(r"^ +- (?:[^:\n]+: )?([\w/.-]+\.md)$", nav, re.MULTILINE)
    made = {*site_hooks.TOP_PAGES, site_hooks.NOTEBOOK_PAGE, site_hooks.REFERENCE_PAGE}
    written = {page.relative_to(DOCS).as_posix() for page in PAGES if page.is_relative_to(DOCS)}
    assert sorted(listed) == sorted(made | {name for name in written if not re.match(r"adr/\d", name)})
    assert {ROOT / path for path in site_hooks.TOP_PAGES.values()} >= {
        page for page in PAGES if not page.is_relative_to(DOCS)
    }


def test_a_page_in_arabic_is_called_as_it_calls_itself() -> None:
    for page in DOCS.glob("*.ar.md"):
        (title,) = re.findall(r"^# (.+)$", pages.text(page), re.MULTILINE)
        assert f"- {title}: {page.name}\n" in CONFIGURATION


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_headings_have_the_anchors_of_github(page: Path) -> None:
    headings = re.findall(r"^#{1,6} (.+)$", re.sub(r"^```.*?^```$", "", pages.text(page), flags=re.M | re.S), re.M)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)|[*`]", r"\1", heading) for heading in headings]
    assert {site_hooks.slugify(heading, "-") for heading in plain} <= pages.anchors(page)


@pytest.mark.parametrize(
    ("name", "path", "markdown", "fitted"),
    [
        ("library.md", "docs/library.md", "[a](export.md#splits)", "[a](export.md#splits)"),
        ("library.md", "docs/library.md", "[n](notebook.ipynb)", "[n](notebook.md)"),
        ("library.md", "docs/library.md", "[the `README`](../README.md)", "[the `README`](index.md)"),
        (
            "index.md",
            "README.md",
            "[g](docs/guide.en.md) ![p](docs/pictures/menu-en.png)",
            "[g](guide.en.md) ![p](pictures/menu-en.png)",
        ),
        ("index.md", "README.md", "[l](LICENSE) and [w](https://a.example)", "l and [w](https://a.example)"),
        ("library.md", "docs/library.md", "[a](exports.md)", "[a](exports.md)"),  # lost: MkDocs is to see it
        ("index.md", "README.md", "[b](#in-english)", "[b](#in-english)"),
        ("adr/README.md", "docs/adr/README.md", "[c](../../CONTEXT.md)", "[c](../CONTEXT.md)"),
        ("packaging.md", "packaging/README.md", "[w](../docs/reliability.md#a)", "[w](reliability.md#a)"),
        ("a.md", "docs/a.md", "```\n[a](../README.md)\n```", "```\n[a](../README.md)\n```"),
        ("index.md", "README.md", '<div dir="rtl" lang="ar">', '<div dir="rtl" lang="ar" markdown>'),
    ],
)
def test_a_link_leads_to_the_page_of_the_site(name: str, path: str, markdown: str, fitted: str) -> None:
    assert site_hooks.fit_page(markdown, name, path) == fitted


@pytest.mark.parametrize(
    ("page", "language", "direction"),
    [("guide.ar.md", "ar", "rtl"), ("guide.en.md", "en", "ltr"), ("index.md", "en", "ltr")],
)
def test_a_page_in_arabic_runs_from_right_to_left(page: str, language: str, direction: str) -> None:
    config = SimpleNamespace(theme={})
    site_hooks.on_page_context({}, SimpleNamespace(file=SimpleNamespace(src_uri=page)), config, None)
    assert config.theme == {"language": language, "direction": direction}


def test_the_notebook_is_a_page_with_its_outputs() -> None:
    page = site_hooks.build_notebook_page(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["# عنوان\n", "نص"]},
                {
                    "cell_type": "code",
                    "source": "f()",
                    "outputs": [
                        {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]},
                        {
                            "data": {
                                "text/html": [
                                    '<style>p {}\n\n</style><table border="1" class="dataframe"></table><p>\n\n</p>'
                                ],
                                "text/plain": "x",
                            }
                        },
                        {"data": {"text/plain": "y"}},
                    ],
                },
            ]
        }
    )
    output = ("```text\n1\n2\n```", "<div><table></table><p>\n</p></div>", "```text\ny\n```")
    assert page == "\n\n".join(("# عنوان\nنص", "```python\nf()\n```", *output)) + "\n"


def test_the_reference_has_the_public_names() -> None:
    assert sorted(name for name, _full_name in site_hooks.list_public_names()) == sorted(annotator.__all__)
    assert (
        "::: annotator.library.opening.open\n    options:\n      heading: annotator.open\n"
        in site_hooks.build_reference()
    )


def test_the_reference_has_what_methods_of_the_library_take() -> None:
    methods = [annotator.load_dataset, *vars(annotator.Corpus).values()]
    hints = [getattr(method, "__annotations__", {}).get("choices") for method in methods]
    taken = {f"{each.__module__}.{each.__name__}" for hint in hints if hint for each in get_args(hint)}
    assert taken == set(site_hooks.CHOICES)


def test_the_reference_has_what_methods_of_the_library_return() -> None:
    described = {*site_hooks.RESULTS, *(full_name for _name, full_name in site_hooks.list_public_names())}
    methods = inspect.getmembers(annotator.Corpus, inspect.isfunction)
    annotations = [str(method.__annotations__["return"]) for name, method in methods if not name.startswith("_")]
    returned = {name for annotation in annotations for name in re.findall(r"\bannotator\.[\w.]+", annotation)}
    assert returned <= described
    assert len(returned) > 8
    for full_name in (*site_hooks.CHOICES, *site_hooks.RESULTS):
        module, _dot, name = full_name.rpartition(".")
        assert f"::: {full_name}\n    options:\n      heading: {name}\n" in site_hooks.build_reference()
        assert inspect.getdoc(getattr(import_module(module), name))


def test_a_change_is_good_only_with_its_site() -> None:
    for path in (".ci/run", ".github/workflows/tests.yml"):
        assert "packaging/dev.py site" in (ROOT / path).read_text(encoding="utf-8")


def test_what_makes_the_site_is_pinned() -> None:
    lines = dev.SITE_CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(pin.name): pin for pin in map(Requirement, lines)}
    assert lines == sorted(lines, key=str.lower)
    for requirement in map(Requirement, dev.read_requirements(dev.SITE_GROUP)):
        (exact,) = pins[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(exact.version)
