"""Do the main job where there is no screen: `python packaging/demo.py FOLDER`, run by dev.py on a virtual one.

Opens the real window on the sample articles, tags the first one with mouse and keys, exports it, and prints where the
training set, its report and a picture of the window are. `--pictures` makes the pictures of docs/ instead (see
`pictures`).
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from pictures import take_pictures
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_driver import create_sample_corpus, finish, open_program, tag_all

from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.store.corpus import Corpus

ROOT: Final = Path(__file__).resolve().parent.parent


def main() -> int:
    """Do the main job, or make the pictures of docs/, and return 0, the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="where everything goes; an earlier run's is emptied first")
    arguments.add_argument(
        "--pictures",
        nargs="?",
        type=Path,
        const=ROOT / "docs" / "pictures",
        metavar="PLACE",
        help="make the pictures of docs/ instead, there or in another folder",
    )
    options = arguments.parse_args()
    folder: Path = options.folder.absolute()
    clear_folder(folder)
    os.environ["ANNOTATOR_HOME"] = str(folder / "home")  # the person's own settings are neither read nor written
    if not options.pictures:
        return run_main_job(folder)
    return take_pictures(folder, options.pictures.absolute())


def clear_folder(folder: Path) -> None:
    """Make the folder, or empty it of an earlier run's files. Raises SystemExit where it holds anything else."""
    mark = folder / "made-by-demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise SystemExit(f"{folder} holds other things: name a new folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


def run_main_job(folder: Path) -> int:
    """Tag the first sample in the window, export it, print where everything is, and return 0, the exit code."""
    corpus = create_sample_corpus(folder / "demo.corpus")
    controller = open_program(corpus, language="ar", theme="light", size=(1366, 768))
    tag_all(controller)
    controller.window.grab().save(str(folder / "window.png"))
    QTest.keyClick(controller.window.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # done, and next
    controller.window.close()
    controller.session.close()
    target = folder / "train.conll"
    with Corpus.open(corpus, readonly=True) as opened:
        report = finish(export(opened, target, ExportOptions()))
    print(f"tagged in the window:  {report.spans} spans")
    print(f"in the training set:   {report.written + len(report.widened)}; verified: {report.verified}")
    print(f"training set (CoNLL):  {target}")
    print(f"what became of each:   {target}.report.json")
    print(f"picture of the window: {folder / 'window.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
