"""Build the two packages for Windows from the bundle: an installer, made by NSIS, and the zipped folder."""

import platform
import shutil
import subprocess
from pathlib import Path
from typing import Final

from bundle import NAME, Bundle

SCRIPT: Final = Path(__file__).resolve().parent / "annotator.nsi"


def build(bundle: Bundle, work: Path, target: Path) -> list[Path]:
    """Write both into the folder `target` and return their paths.

    Raises OSError where NSIS is not installed, CalledProcessError where it fails.
    """
    name = f"{NAME}-{bundle.version}-windows-{platform.machine().lower()}"
    shutil.copyfile(bundle.licences, bundle.folder / "LICENCES.txt")
    installer = target / f"{name}.exe"
    subprocess.run(build_command(bundle.version, bundle.folder, bundle.icons / "annotator.ico", installer), check=True)
    portable = shutil.make_archive(str(target / name), "zip", bundle.folder.parent, bundle.folder.name)
    return [installer, Path(portable)]


def build_command(version: str, payload: Path, icon: Path, target: Path) -> list[str]:
    """Return the command with which NSIS makes the installer at `target` of the folder `payload`."""
    defined = {"VERSION": version, "PAYLOAD": payload, "ICON": icon, "TARGET": target}
    return ["makensis", "-V2", "-WX", *(f"-D{name}={value}" for name, value in defined.items()), str(SCRIPT)]
