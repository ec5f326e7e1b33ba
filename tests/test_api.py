"""The front door: what the package exports."""

import inspect
import re
from enum import EnumMeta
from pathlib import Path

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


PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### `([^`]+)`\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def signature(name: str) -> str:
    """A name as the page has it: with parameters and defaults, a function for a default as ``...``."""
    value = getattr(roleclass, name)
    try:
        parameters = inspect.signature(value).parameters.values()
    except ValueError:  # a class that leaves making to a built-in one
        return name
    if isinstance(value, EnumMeta):
        return name
    shown = inspect.Signature(
        [
            p.replace(
                annotation=p.empty,
                default=... if inspect.isfunction(p.default) else p.default,
            )
            for p in parameters
        ]
    )
    return f"{name}{shown}".replace("Ellipsis", "...")


def test_the_page_of_the_api_has_every_name_with_its_signature_and_an_example() -> None:
    errors = {n for n in roleclass.__all__ if n.endswith("Error")}
    named = set(roleclass.__all__) - errors - {"__version__"}
    assert set(SECTIONS) == {signature(name) for name in named}
    assert [title for title, text in SECTIONS.items() if ">>> " not in text] == []
    assert errors | {"roleclass.__version__"} <= set(re.findall(r"`([\w.]+)`", PAGE))


def test_the_page_of_the_api_names_every_attribute_and_method() -> None:
    for title, text in SECTIONS.items():
        name = title.partition("(")[0]
        value = getattr(roleclass, name)
        if not inspect.isclass(value):
            continue
        built_in = {n for base in (str, tuple) if issubclass(value, base) for n in dir(base)}
        public = {n for n in dir(value) if not n.startswith("_")} - built_in
        if value is roleclass.RoleClassifier:
            public -= set(roleclass.__all__)  # they are functions, too
            assert public == {"path", "roles"}
        said = set(re.findall(rf"`(?:{name}\.)?(\w+)(?:\(\))?`", text))
        assert public <= said, name


def test_every_method_of_a_classifier_is_a_function_and_all_share_one_instance() -> None:
    methods = inspect.getmembers(roleclass.RoleClassifier, inspect.isfunction)
    functions = {getattr(roleclass, name) for name, _ in methods if not name.startswith("_")}
    assert len({function.__self__ for function in functions}) == 1
