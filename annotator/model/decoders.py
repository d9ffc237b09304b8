"""Make msgspec inspect types before two threads decode them.

msgspec 0.22 inspects a type when first decoding it. A second thread, such as the window's suggesters and jobs have,
then reads half-built data, and the process crashes.
"""

import msgspec


def prepare_decoders(*types: object) -> None:
    """Inspect these types and all that they refer to; call it at import, in one thread."""
    for type_ in types:
        msgspec.json.Decoder(type_)
