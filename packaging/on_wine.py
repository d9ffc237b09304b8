"""Run tests under Wine, then start the installed program: `dev.py test --with windows`.

With `--all` every test runs, and the whole story of the installed program. Where tests are named, only those run; with
`--installed` only the story does.
"""

# Standard library only, as in dev.py.

import sys
from pathlib import Path

import dev


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for, and return the exit code. Raises dev.CannotGoOn."""
    sys.path.append(str(Path(__file__).resolve().parent / "windows"))
    import installed_story
    import wine_tests

    if "--installed" in arguments:
        return installed_story.main()
    code = wine_tests.main(arguments)
    if wine_tests.find_named_tests(arguments):
        return code
    return max(code, installed_story.main(is_whole="--all" in arguments))


if __name__ == "__main__":
    sys.exit(dev.run_command(main, sys.argv[1:]))
