"""Write what Windows shows of our programs in their properties, in the task manager and in “Open with”."""

from pathlib import Path

TITLE = "Arabic News Annotator"


def write(folder: Path, version: str) -> Path:
    """Write the file that PyInstaller makes the version resource from into `folder`, and return its path.

    https://pyinstaller.org/en/stable/usage.html#capturing-windows-version-data
    """
    numbers = (*map(int, version.split(".")), 0)
    values = {
        "CompanyName": "",
        "FileDescription": TITLE,
        "FileVersion": version,
        "InternalName": "annotator",
        "LegalCopyright": "Apache-2.0",
        "ProductName": TITLE,
        "ProductVersion": version,
    }
    strings = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in values.items())
    # 0409 is English, 04B0 (1200) is Unicode; type 1 is a program.
    text = f"""VSVersionInfo(
    ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, fileType=1),
    kids=[
        StringFileInfo([StringTable("040904B0", [{strings}])]),
        VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
    ],
)
"""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "version_resource.txt"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
