"""Print the twenty slowest tests of a report in JUnit's form: `python3 .ci/slowest.py REPORT`."""

import sys
from xml.etree import ElementTree

COUNT = 20


def main(report: str) -> None:
    """Print each test after its seconds, the slowest first."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    tests = [(float(case.get("time", 0)), f"{case.get('classname')}::{case.get('name')}") for case in cases]
    print("Seconds of the slowest tests:")
    for seconds, name in sorted(tests, reverse=True)[:COUNT]:
        print(f"{seconds:7.1f}  {name}")


if __name__ == "__main__":
    main(sys.argv[1])
