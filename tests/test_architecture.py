"""The rooms of the package stand in an order: nothing imports what is built on it."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "roleclass"
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    """Return ``tables`` for ``roleclass.tables.csvfile``, ``roleclass`` for the front door."""
    return module.split(".")[1] if "." in module else module


def imports(file: Path) -> Iterator[str]:
    """Yield the rooms that a module imports, when it is loaded or later."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("roleclass"):
            front = node.module == "roleclass"
            names = [f"roleclass.{a.name}" if front else str(node.module) for a in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("roleclass")]
        else:
            continue
        for name in names:
            found = PACKAGE.joinpath(*name.split(".")[1:])
            yield (
                room_of(name)
                if found.is_dir() or found.with_suffix(".py").is_file()
                else "roleclass"
            )


def rooms() -> dict[str, set[str]]:
    """Return what each room imports."""
    found: dict[str, set[str]] = {}
    for file in MODULES:
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        room = "roleclass" if parts == ("__init__",) else parts[0]
        found.setdefault(room, set()).update(set(imports(file)) - {room})
    return found


def test_rooms_can_be_ordered_so_that_nothing_imports_what_is_built_on_it() -> None:
    """A cycle would be named by the error."""
    order = list(TopologicalSorter(rooms()).static_order())
    assert (
        order.index("text")
        < order.index("scoring")
        < order.index("classifier")
        < order.index("cli")
    )


def test_no_room_imports_the_front_door() -> None:
    """But the command, run as a module, which is outside."""
    assert [room for room, imported in rooms().items() if "roleclass" in imported] == []


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_fits_on_a_few_screens(file: Path) -> None:
    """Three hundred and fifty lines."""
    assert len(file.read_text("utf-8").splitlines()) <= 350


def test_no_test_imports_another() -> None:
    tests = sorted(Path(__file__).parent.rglob("test_*.py"))
    assert len(tests) > 50
    imported = [
        (file.name, node.module)
        for file in tests
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and ".test_" in f".{node.module}"
    ]
    assert imported == []
