"""The exception tree and the sentence about a missing extra."""

import pytest

import roleclass
from roleclass.errors import require_extra


@pytest.mark.parametrize("name", ["CorpusError", "MissingExtraError", "ModelError", "ScoringError"])
def test_every_error_is_a_roleclass_error(name: str) -> None:
    assert issubclass(getattr(roleclass, name), roleclass.RoleclassError)


def test_missing_extra_is_an_import_error_that_says_what_to_install() -> None:
    with pytest.raises(ImportError, match=r"not installed: no_such_thing; .*roleclass\[train\]"):
        require_extra("train", "json", "no_such_thing")
