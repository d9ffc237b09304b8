"""Has msgspec look into types before two threads decode them.

It does so when a type is first decoded. A second thread that decodes it meanwhile reads what is half made, and the
process ends (msgspec 0.22): the window's suggesters and jobs have threads of their own.
"""

import msgspec


def prepare(*types: object) -> None:
    """Look into these types, and all that they are made of: where a module is imported, which one thread does."""
    for each in types:
        msgspec.json.Decoder(each)
