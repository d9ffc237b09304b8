"""Translation of errors into messages for the user."""

from errno import ENOENT
from pathlib import Path

import pytest

from annotator.store.errors import CorpusError, translating_file_errors


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(ENOENT, "No such file or directory", "a.corpus"), "No such file or directory"),
        (OSError("the disk says nothing else"), "the disk says nothing else"),
    ],
)
def test_message_of_a_system_error_has_only_its_reason(error: OSError, reason: str) -> None:
    with pytest.raises(CorpusError) as caught, translating_file_errors(Path("a.corpus")):
        raise error
    assert str(caught.value).endswith(f": {reason}")
    assert "Errno" not in str(caught.value)
