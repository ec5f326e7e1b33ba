"""The front door: what the package exports."""

import roleclass


def test_all_is_sorted_and_every_name_is_documented() -> None:
    assert roleclass.__all__ == sorted(roleclass.__all__)
    for name in set(roleclass.__all__) - {"__version__"}:
        assert getattr(roleclass, name).__doc__


def test_nothing_public_is_missing_from_all() -> None:
    classes_and_functions = {
        name
        for name, value in vars(roleclass).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("roleclass")
    }
    assert classes_and_functions <= set(roleclass.__all__)
