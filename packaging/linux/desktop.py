"""Write what integrates the program: menu entry, icons, file type, metadata for app stores, completion in shells."""

import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bundle import NAME, ROOT, Bundle, read_releases

from annotator.cli import completion

HERE: Final = Path(__file__).resolve().parent
PICTURES: Final = ("window-ar-light-1366x768.png", "window-en-dark-1366x768.png", "window-fr-light-1366x768.png")
"""The pictures of docs/ that app stores show, in this order."""
ENTRIES: Final = (f"{NAME}.desktop", f"{NAME}-link.desktop")
"""Of the menu, and of links: a file is handed over by its path, a link as it is."""
COMPLETIONS: Final = {
    "bash": "bash-completion/completions/annotator",
    "zsh": "zsh/vendor-completions/_annotator",
    "fish": "fish/vendor_completions.d/annotator.fish",
}
"""Where each shell looks for the script that completes a command."""

_INSTALLED: Final = f"file:///usr/share/doc/{NAME}/pictures"


def write_share(target: Path, bundle: Bundle, pictures: str = _INSTALLED) -> None:
    """Write below `target` what belongs into a `share` folder, of the system or of one user.

    `pictures` is the address of the folder of PICTURES.
    """
    for entry in ENTRIES:
        _write(target / "applications" / entry, (HERE / entry).read_bytes())
    _write(target / "mime" / "packages" / f"{NAME}.xml", (HERE / f"{NAME}.mime.xml").read_bytes())
    description = fill_metainfo((HERE / f"{NAME}.metainfo.xml").read_text(encoding="utf-8"), read_releases(), pictures)
    _write(target / "metainfo" / f"{NAME}.metainfo.xml", description.encode())
    themed = target / "icons" / "hicolor"
    for picture in sorted(bundle.icons.glob("*.png")):
        _write(themed / f"{picture.stem}x{picture.stem}" / "apps" / f"{NAME}.png", picture.read_bytes())
    for shell, path in COMPLETIONS.items():
        _write(target / path, completion.script(shell).encode())
    _write(themed / "scalable" / "apps" / f"{NAME}.svg", (ROOT / "resources" / "icons" / "annotator.svg").read_bytes())


def fill_metainfo(
    template: str, released: Iterable[tuple[str, str]], pictures: str, names: Sequence[str] = PICTURES
) -> str:
    """Return the metadata for app stores: `template` with these releases, and pictures below the address `pictures`.

    `released` are versions and their dates, `names` the files of the pictures. Raises ET.ParseError.
    """
    root = ET.fromstring(template, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
    versions, screenshots = root.find("releases"), root.find("screenshots")
    assert versions is not None
    assert screenshots is not None
    for version, day in released:
        ET.SubElement(versions, "release", version=version, date=day)
    captions = screenshots.findall("screenshot")
    assert len(captions) == len(names)
    for screenshot, name in zip(captions, names, strict=True):
        ET.SubElement(screenshot, "image", type="source").text = f"{pictures}/{name}"
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def copy_pictures(target: Path) -> None:
    """Copy PICTURES into the folder, which is created if it is missing."""
    target.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        shutil.copyfile(ROOT / "docs" / "pictures" / name, target / name)


def copy_pages(target: Path) -> None:
    """Copy the pages that the help of the commands names into the folder, without the guide and its pictures."""
    target.mkdir(parents=True, exist_ok=True)
    for page in sorted((ROOT / "docs").glob("*.md")):
        if not page.name.startswith("guide."):
            shutil.copyfile(page, target / page.name)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
