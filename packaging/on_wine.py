"""Run the tests under Wine, then the story of the installed program: `dev.py test --with windows`.

Where tests are named, only those run; with `--installed` only the story does.
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
    return code if wine_tests.find_named_tests(arguments) else max(code, installed_story.main())


if __name__ == "__main__":
    sys.exit(dev.run_command(main, sys.argv[1:]))
