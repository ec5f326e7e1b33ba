"""The help of every command: what a newcomer reads first."""

import pytest
from click.testing import CliRunner

from roleclass.cli import main

COMMANDS = ["", *main.list_commands(None), "corpus build"]  # type: ignore[arg-type]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_on_lines_of_their_own(command: str) -> None:
    done = CliRunner().invoke(main, [*command.split(), "--help"], terminal_width=80)
    assert done.exit_code == 0
    assert "\\b" not in done.stdout
    assert "\b" not in done.stdout
    lines = done.stdout.splitlines()
    if command == "corpus":  # a group of its own
        return
    start = next(i for i, line in enumerate(lines) if line.strip() in {"Example:", "Examples:"})
    assert lines[start + 1].startswith("    roleclass ")


def test_the_list_of_commands_says_of_each_what_it_does_in_a_whole_sentence() -> None:
    listed = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout.split("Commands:")[1]
    rows = [line.split(maxsplit=1) for line in listed.strip().splitlines()]
    assert [name for name, _ in rows] == main.list_commands(None)  # type: ignore[arg-type]
    assert all(said.endswith(".") and not said.endswith("...") for _, said in rows)
