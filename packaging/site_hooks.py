"""Fit the pages to the site that mkdocs.yml describes: they are written for GitHub, which reads them where they lie.

Pages at the top of the checkout become pages of the site, and a link to any other file of the checkout its bare text. A
page in Arabic (`*.ar.md`) is laid out from right to left, with the words of the site in Arabic. Headings have GitHub's
anchors. The notebook becomes a page, and the reference is made of the public names of the library.
"""

import ast
import json
import posixpath
import re
import unicodedata
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
TOP_PAGES: Final = {
    "index.md": "README.md",
    **{name: name for name in ("CHANGELOG.md", "CONTEXT.md", "CONTRIBUTING.md", "SECURITY.md")},
    "packaging.md": "packaging/README.md",
}
"""The pages of the checkout outside of docs/, by their names in the site."""
NOTEBOOK: Final = "notebook.ipynb"
NOTEBOOK_PAGE: Final = "notebook.md"
REFERENCE_PAGE: Final = "reference.md"
ARABIC: Final = ".ar.md"
RESULTS: Final = (
    "annotator.jobs.agreement.AgreementReport",
    "annotator.team.agreement.Agreement",
    "annotator.team.agreement.PairAgreement",
    "annotator.team.agreement.LabelAgreement",
    "annotator.team.agreement.SpanScores",
    "annotator.team.bootstrap.Estimate",
    "annotator.team.agreement_warnings.AgreementWarning",
    "annotator.team.disagreements.Candidate",
    "annotator.jobs.imports.importer.ImportResult",
    "annotator.jobs.learning.LearningResult",
    "annotator.jobs.merge_report.MergeReport",
    "annotator.jobs.merge_report.ConflictEntry",
    "annotator.formats.report.Report",
    "annotator.store.recovery.integrity.Damage",
)
"""What methods of the library return besides its own values; the reference describes these, too."""
CHOICES: Final = (
    "annotator.library.arguments.ExportChoices",
    "annotator.library.arguments.ImportChoices",
    "annotator.library.arguments.AgreementChoices",
)
"""What methods of the library take as `**choices`; the reference describes these, too."""
_LINK: Final = re.compile(r"(?<!!)\[((?:[^][]|\[[^]]*\])*)\]\(([^()\s]+)\)")
_SOURCE: Final = re.compile(r"(!\[[^]]*\]\(|(?:src|href)=\")([^()\s\"]+)")
_CODE_BLOCK: Final = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
_OPEN_BLOCK: Final = re.compile(r"<(div|p)( [^<>]*)>")


def on_config(config: Any) -> Any:
    """Let headings have GitHub's anchors."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = slugify
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are not in docs/."""
    from mkdocs.structure.files import File  # in the environment of the site alone

    pages = {name: (ROOT / path).read_text(encoding="utf-8") for name, path in TOP_PAGES.items()}
    pages[NOTEBOOK_PAGE] = build_notebook_page(json.loads((DOCS / NOTEBOOK).read_text(encoding="utf-8")))
    pages[REFERENCE_PAGE] = build_reference()
    for name, content in pages.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Rewrite the links of a page, and let Markdown within blocks of HTML be read."""
    name = page.file.src_uri
    return fit_page(markdown, name, TOP_PAGES.get(name, f"docs/{name}"))


def on_page_context(context: Any, page: Any, config: Any, nav: Any) -> Any:
    """Choose the language and direction of the page that is made next."""
    is_arabic = page.file.src_uri.endswith(ARABIC)
    config.theme["language"] = "ar" if is_arabic else "en"
    config.theme["direction"] = "rtl" if is_arabic else "ltr"
    return context


def slugify(heading: str, separator: str) -> str:
    """Return the anchor of a heading as GitHub makes it."""
    letters = (letter for letter in heading.strip().lower() if letter in " -" or _is_in_anchor(letter))
    return "".join(letters).replace(" ", separator)


def _is_in_anchor(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind[0] in "LM" or kind in ("Nd", "Pc")


def fit_page(markdown: str, name: str, path: str) -> str:
    """Return a page with its links as they are in the site, where it is called `name`; in the checkout it is `path`."""
    parts = _CODE_BLOCK.split(markdown)
    for index in range(0, len(parts), 2):  # the text between blocks of code
        text = _OPEN_BLOCK.sub(r"<\1\2 markdown>", parts[index])
        text = _LINK.sub(lambda match: _fit_link(match, name, path), text)
        parts[index] = _SOURCE.sub(lambda match: match[1] + (_fit_target(match[2], name, path) or match[2]), text)
    return "".join(parts)


def _fit_link(match: re.Match[str], name: str, path: str) -> str:
    target = _fit_target(match[2], name, path)
    return match[1] if target is None else f"[{match[1]}]({target})"


def _fit_target(link: str, name: str, path: str) -> str | None:
    """Return where a link of a page leads in the site; None if its target is a file of the checkout alone.

    A link that leads nowhere stays as it is: MkDocs warns of it.
    """
    file, hash_, anchor = link.partition("#")
    if re.match(r"[a-z]+:", link) or not file:
        return link
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(file)))
    names = {checkout: site for site, checkout in TOP_PAGES.items()} | {f"docs/{NOTEBOOK}": NOTEBOOK_PAGE}
    site_name = names.get(target) or (target.removeprefix("docs/") if target.startswith("docs/") else None)
    if not (ROOT / target).exists():
        return link
    if site_name is None:
        return None
    return posixpath.relpath(site_name, posixpath.dirname(name) or ".") + hash_ + anchor


def build_notebook_page(notebook: dict[str, Any]) -> str:
    """Return a notebook as a page: its texts, code, and what that prints or shows."""
    blocks = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        blocks.append(f"```python\n{source}\n```" if cell["cell_type"] == "code" else source)
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                # A blank line would end the block of HTML.
                html = re.sub(r"<style.*?</style>", "", "".join(data["text/html"]), flags=re.DOTALL)
                html = html.replace(' border="1" class="dataframe"', "")  # a table as the others of the site
                blocks.append("<div>" + re.sub(r"\n\s*\n", "\n", html) + "</div>")
            else:
                text = "".join(output.get("text", data.get("text/plain", ""))).rstrip("\n")
                blocks.append(f"```text\n{text}\n```")
    return "\n\n".join(blocks) + "\n"


def list_public_names() -> list[tuple[str, str]]:
    """Return the public names of the library, each with its full name, in the order of the stub."""
    tree = ast.parse((ROOT / "annotator" / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return [(alias.name, f"{node.module}.{alias.name}") for node in imports for alias in node.names]


def build_reference() -> str:
    """Return the page of the reference."""
    head = "# Reference\n\nThe public names of `annotator`; [the library](library.md) shows how they are used.\n"
    names = sorted(list_public_names(), key=lambda names: names[0][0].isupper())  # functions first
    options = "    options:\n      heading: "
    public = (f"::: {full_name}\n{options}annotator.{name}\n" for name, full_name in names)
    choices, results = (
        [f"::: {full_name}\n{options}{full_name.rpartition('.')[2]}\n" for full_name in names]
        for names in (CHOICES, RESULTS)
    )
    parts = (head, *public, "What methods take as `choices`:\n", *choices, "What they return, besides:\n", *results)
    return "\n".join(parts)
