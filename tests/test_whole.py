"""A file is there whole or not at all, whatever stands in its place."""

import os
from pathlib import Path

import pytest

from roleclass.whole import whole_file, whole_text, write_whole


def test_a_file_that_cannot_be_finished_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "roles.txt"
    write_whole(path, "ai-first")

    def half() -> None:
        with whole_file(path) as file:
            file.write(b"ml-")
            assert path.read_text() == "ai-first"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert path.read_text() == "ai-first"
    assert [file.name for file in tmp_path.iterdir()] == ["roles.txt"]


def test_text_is_utf8_and_bytes_stay_bytes(tmp_path: Path) -> None:
    write_whole(tmp_path / "text", "naïve\n")
    write_whole(tmp_path / "bytes", b"\xff\r\n")
    assert (tmp_path / "text").read_bytes() == "naïve\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\xff\r\n"


def test_lines_of_text_end_as_they_are_written_and_half_a_text_is_none(tmp_path: Path) -> None:
    with whole_text(tmp_path / "a.csv") as file:
        file.write("naïve\r\nrole\n")
    assert (tmp_path / "a.csv").read_bytes() == "naïve\r\nrole\n".encode()

    def half() -> None:
        with whole_text(tmp_path / "b.csv") as file:
            file.write("x" * 100_000)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", "one")
    write_whole(tmp_path / "link", "two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "two"


@pytest.mark.skipif(os.name == "nt", reason="no named pipes there")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "ai-first")
        assert os.read(reader, 100) == b"ai-first"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error:
        write_whole(tmp_path / "no" / "roles.txt", "x")
    assert str(tmp_path / "no") in str(error.value.filename)
