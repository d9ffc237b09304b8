"""Build the two packages for Linux from the bundle: a `.deb`, and a `.tar.gz` that runs from any folder."""

import platform
import shutil
from pathlib import Path
from typing import Final

import archive
import deb
import desktop
import licences
from bundle import NAME, Bundle

_EXTRAS: Final = Path(__file__).resolve().parent / "portable"


def build(bundle: Bundle, work: Path, target: Path) -> list[Path]:
    """Write both into the folder `target` and return their paths; `work` is a folder for intermediate files.

    Raises what deb.build raises.
    """
    return [deb.build(bundle, work, target), build_portable(bundle, work, target)]


def build_portable(bundle: Bundle, work: Path, target: Path) -> Path:
    """Write the `.tar.gz` into the folder `target` and return its path."""
    folder = work / f"{NAME}-{bundle.version}-linux-{platform.machine()}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(bundle.folder, folder, symlinks=True)
    desktop.write_share(folder / "share", bundle)
    desktop.copy_pages(folder / "docs")
    for path in _EXTRAS.iterdir():
        shutil.copy(path, folder / path.name)
    internal = folder / "_internal"
    resources = internal / "annotator" / "resources"
    licences.write(resources, (*licences.collect_parts(), *deb.collect_components(deb.find_system_libraries(internal))))
    shutil.copyfile(resources / "LICENCES.txt", folder / "LICENCES.txt")
    package = target / f"{folder.name}.tar.gz"
    archive.pack(folder, package, bundle.timestamp)
    return package
