"""The location of the files in `resources/`, in a wheel or a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_path(*parts: str) -> Path:
    """Return a path below `resources/`.

    A wheel has this folder inside the package, a checkout at its top.
    """
    inside = _PACKAGE / "resources"
    root = inside if inside.is_dir() else _PACKAGE.parent / "resources"
    return root.joinpath(*parts)
