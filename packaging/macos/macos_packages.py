"""Build the package for macOS from the bundle: the application, in an archive with its links and permissions."""

import platform
import shutil
import subprocess
from pathlib import Path

from bundle import NAME, Bundle


def build(bundle: Bundle, work: Path, target: Path) -> list[Path]:
    """Write the archive into the folder `target` and return its path, in a list. Raises CalledProcessError.

    `work` is a folder for intermediate files.
    """
    folder = work / f"{NAME}-{bundle.version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run(["ditto", bundle.folder.parent / "Annotator.app", folder / "Annotator.app"], check=True)
    shutil.copyfile(bundle.licences, folder / "LICENCES.txt")
    package = target / f"{NAME}-{bundle.version}-macos-{platform.machine()}.zip"
    subprocess.run(["ditto", "-c", "-k", "--keepParent", folder, package], check=True)
    return [package]
