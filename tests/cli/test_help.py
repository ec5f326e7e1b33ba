"""The help of every command, what a newcomer reads first, and what no command understands."""

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


@pytest.mark.parametrize(
    "line",
    [
        "predikt",
        "predict",
        "predict --text x file.txt",
        "predict --label --json file.txt",
        "predict --no-such-option",
        "read",
        "read --text x file.txt",
        "read --no-such-option",
        "score",
        "score in.csv",
        "score in.csv -o x.csv --threads 0",
        "score in.csv -o x.csv --on-error skip",
        "score in.csv -o x.csv --format docx",
        "lines",
        "lines in.csv",
        "lines in.csv -o x.csv --threads 0",
        "lines in.csv -o x.csv --prefix p_",
        "report -o out",
        "report in.csv -o out --delimiter ab",
    ],
)
def test_a_wrong_command_line_is_exit_code_2(line: str) -> None:
    assert CliRunner().invoke(main, line).exit_code == 2


@pytest.mark.parametrize("command", ["predict", "read", "problems", "explain"])
def test_an_empty_name_is_not_the_folder_here(command: str) -> None:
    done = CliRunner().invoke(main, [command, ""])
    assert done.exit_code == 2
    assert "empty name" in done.stderr
