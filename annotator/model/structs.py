"""Make msgspec inspect types before two threads decode them.

msgspec inspects a type when it first decodes it. A second thread that decodes it meanwhile reads half-built data, and
the process crashes (msgspec 0.22): the window's suggesters and jobs have threads of their own.
"""

import msgspec


def prepare_decoders(*types: object) -> None:
    """Inspect these types and all that they refer to; call it at import, which one thread does."""
    for type_ in types:
        msgspec.json.Decoder(type_)
