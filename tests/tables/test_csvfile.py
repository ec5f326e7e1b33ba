"""CSV: cells come back as they were or their row is marked, and no row is lost; the dialect is found."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roleclass import InputError
from roleclass.tables.dialect import SAMPLE
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader

LONG = "Prepare the payroll and reconcile the accounts and file the tax returns of the company."

Read = tuple[list[list[str]], list[str], list[str]]


def read(path: Path, content: str | bytes, name: str = "in.csv", **options: Any) -> Read:
    """Return the cells of each row, what is wrong with each, and what was said of the file."""
    file = path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows: list[list[str]] = []
    faults: list[str] = []
    reader = Reader([str(file)], ReadOptions(**options))
    for chunk in reader:
        rows += [list(row.values()) for row in chunk.table.to_pylist()]
        faults += [chunk.faults.get(i, "") for i in range(len(chunk.table))]
    return rows, faults, reader.notes


def written(rows: list[list[str]], **dialect: Any) -> str:
    lines = io.StringIO()
    csv.writer(lines, **dialect).writerows(rows)
    return lines.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["in.csv", "in.tsv"])
def test_the_delimiter_is_found_and_said_where_it_is_not_the_usual_one(
    tmp_path: Path, delimiter: str, name: str
) -> None:
    expected = [["1", "Cook", "Cooks; bakes, and | serves\tfish."], ["2", "Nurse", "a;b;c,d,e,f,g"]]
    content = written([["id", "title", "text"], *expected], delimiter=delimiter)
    rows, faults, notes = read(tmp_path, content, name)
    assert (rows, faults) == (expected, ["", ""])
    usual = "\t" if name == "in.tsv" else ","
    assert bool(notes) == (delimiter != usual)
    assert all(note.startswith("delimiter: ") for note in notes)


def test_a_delimiter_that_is_named_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, "text,id:n\nx,y:7\n", delimiter=":")[0] == [["x,y", "7"]]
    assert read(tmp_path, "a;b;text\n1;2;x\n", delimiter=",")[0] == [["1;2;x"]]


def test_a_file_of_one_column_has_no_delimiter_to_find(tmp_path: Path) -> None:
    assert read(tmp_path, 'text\nfoo bar\n"bar, x"\n') == ([["foo bar"], ["bar, x"]], ["", ""], [])


@pytest.mark.parametrize("line", ["sep=|", '"sep=|"', "SEP=|"])
def test_a_line_that_says_the_delimiter_is_no_header(tmp_path: Path, line: str) -> None:
    rows, _, notes = read(tmp_path, f"{line}\r\nid|text\r\n1|x\r\n")
    assert rows == [["1", "x"]]
    assert ["delimiter: pipe " in note and "--delimiter" in note for note in notes] == [True]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_overrules_what_was_asked_for(tmp_path: Path, encoding: str) -> None:
    content = "id,text\n1,Köchin\n".encode(encoding)
    assert read(tmp_path, content, encoding="cp1252")[0] == [["1", "Köchin"]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("first", ["id", "№", "должность"])
def test_wide_characters_without_a_mark_are_found_and_said(
    tmp_path: Path, encoding: str, first: str
) -> None:
    content = f"{first},text\n1,Köchin für die Küche gesucht\n"
    rows, _, notes = read(tmp_path, content.encode(encoding))
    assert rows == [["1", "Köchin für die Küche gesucht"]]
    assert [f"encoding: {encoding} " in note and "--encoding" in note for note in notes] == [True]


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_stray_zero_byte_tells_no_encoding(tmp_path: Path, place: int) -> None:
    header = "id,text"
    content = f"{header[:place]}\0{header[place:]}\n1,Cooks.\n"
    assert read(tmp_path, content) == ([["1", "Cooks."]], [""], [])


def test_the_encoding_of_windows_is_guessed_and_said_once(tmp_path: Path) -> None:
    content = "id,text\n1,Köchin Š 5 €\n2,x\n".encode("cp1252")
    rows, faults, notes = read(tmp_path, content)
    assert (rows[0], faults) == (["1", "Köchin Š 5 €"], ["", ""])
    assert ["encoding: cp1252 " in note and "--encoding" in note for note in notes] == [True]
    rows, faults, notes = read(tmp_path, content, encoding="utf-8")
    assert ("not utf-8" in faults[0], faults[1], notes) == (True, "", [])


@pytest.mark.parametrize(
    "others",
    [
        "é".encode(),  # the text is UTF-8, but for a damaged place
        b"\x81",  # which the encoding of Windows does not have
        "работа".encode("cp1251") * 20,  # hardly a character of English
        b"x" * 2**19 + "é".encode(),  # far behind what is looked at first
    ],
)
def test_another_encoding_is_not_guessed_but_marked(tmp_path: Path, others: bytes) -> None:
    content = b"id,text\n1,K\xf6chin\n2," + others + b"\n"
    _, faults, notes = read(tmp_path, content)
    assert "not utf-8" in faults[0]
    assert notes == []


def test_a_character_at_the_end_of_what_is_looked_at_first_is_no_guess(tmp_path: Path) -> None:
    content = b"id,text\n1," + b"x" * (SAMPLE - 11) + "é\n".encode()
    rows, faults, notes = read(tmp_path, content)
    assert (rows[0][1][-1], faults, notes) == ("é", [""], [])


def test_a_few_zero_bytes_are_no_utf_16(tmp_path: Path) -> None:
    assert read(tmp_path, b"id,text\n1,a\0\0\0b\n")[0] == [["1", "a\0\0\0b"]]


def test_columns_without_a_name_get_one_where_there_are_several(tmp_path: Path) -> None:
    reader = Reader([str(write(tmp_path, ",,text,,\n0,0,x,,\n"))], ReadOptions())
    assert reader.schema.names == ["unnamed_1", "unnamed_2", "text", "unnamed_4", "unnamed_5"]
    assert ["unnamed_" in note for note in reader.notes] == [True]
    reader = Reader([str(write(tmp_path, ",text\n0,x\n"))], ReadOptions())
    assert (reader.schema.names, reader.notes) == (["", "text"], [])


def write(folder: Path, content: str) -> Path:
    path = folder / "in.csv"
    path.write_text(content)
    return path


def test_quotes_escaped_by_a_backslash_are_found_and_other_backslashes_stay(tmp_path: Path) -> None:
    content = '"id","text"\n1,"The \\"best\\" team, \\\\ b"\n2,"c:\\dir, \\n"\n3,"plain, \\"x\\""\n'
    rows, faults, notes = read(tmp_path, content)
    assert [row[1] for row in rows] == ['The "best" team, \\\\ b', "c:\\dir, \\n", 'plain, "x"']
    assert faults == ["", "", ""]
    assert ["backslash" in note for note in notes] == [True]


def test_a_backslash_before_a_doubled_quote_is_itself(tmp_path: Path) -> None:
    rows, faults, notes = read(tmp_path, 'id,text\n1,"The \\""best\\"" team, c:\\\\"\n2,x\n')
    assert rows[0][1] == 'The \\"best\\" team, c:\\\\'
    assert (faults, notes) == (["", ""], [])


@pytest.mark.parametrize(
    "header", ['id,"text', 'id,"text\n1,foo\n2,"bar', '"id,text', 'id,"text\n1,foo\n2,bar"']
)
def test_an_unclosed_quote_in_the_header_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(InputError, match=r"in\.csv: line 1: .*quote"):
        read(tmp_path, f"{header}\n3,baz\n")


def test_a_name_of_two_lines_is_a_name(tmp_path: Path) -> None:
    assert read(tmp_path, 'id,"Job\nText"\n1,foo\n')[0] == [["1", "foo"]]


def test_a_quote_that_is_never_closed_marks_one_row(tmp_path: Path) -> None:
    rows, faults, _ = read(tmp_path, f'id,text\n1,{LONG}\n2,"open\n3,{LONG}\n4,"a\nb"\n')
    assert rows == [["1", LONG], ["2", '"open'], ["3", LONG], ["4", "a\nb"]]
    assert [bool(fault) for fault in faults] == [False, True, False, False]
    assert "never closed" in faults[1]


@pytest.mark.parametrize("opened", ['3,"title 3,text 3', '"3,title 3,text 3'])
def test_a_stray_quote_that_another_closes_within_the_name_of_a_row_merges_no_rows(
    tmp_path: Path, opened: str
) -> None:
    lines = [f"{i},title {i},text {i}" for i in range(23)]
    lines[3], lines[19] = opened, '1""9",title 19,text 19'
    rows, faults, _ = read(tmp_path, "id,title,text\n" + "\n".join(lines) + "\n")
    assert [row[1] for row in rows] == [f"title {i}" if i != 3 else rows[3][1] for i in range(23)]
    assert faults[3] != ""


def test_two_stray_quotes_that_merge_rows_are_seen(tmp_path: Path) -> None:
    content = 'id,title,text\n1,A,"one\n2,B,two\n3,C,three"\n4,D,four\n5,E,"one\n6,F,two"\n'
    rows, faults, _ = read(tmp_path, content)
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[2] == ["3", "C", 'three"']  # as it stands there
    assert [bool(fault) for fault in faults] == [True, False, False, False, True, True]


def test_a_quote_that_closes_within_a_cell_leaves_the_cell_as_it_was(tmp_path: Path) -> None:
    rows, faults, _ = read(tmp_path, 'id,text\n1,"a"b"c"\n2,x\n')
    assert rows == [["1", '"a"b"c"'], ["2", "x"]]
    assert [bool(fault) for fault in faults] == [True, False]


def test_what_follows_a_damaged_row_is_marked_until_a_row_is_in_order(tmp_path: Path) -> None:
    content = 'id,t,text\n1,A,ok\n5,T,"He said "hello" and\n then left, fine",x\n6,U,ok\n'
    rows, faults, _ = read(tmp_path, content)
    assert [row[0] for row in rows] == ["1", "5", " then left", "6"]
    assert [bool(fault) for fault in faults] == [False, True, True, False]


def test_a_cell_of_many_lines_is_one_cell(tmp_path: Path) -> None:
    text = "Duties:\n1,000 people, 3 offices\n2, or 3, years\n* SQL, Go, C\r\n\r\nApply, now, 1"
    content = written([["id", "t", "text"], ["1", "A", text], ["2", "B", text]])
    assert read(tmp_path, content)[:2] == ([["1", "A", text], ["2", "B", text]], ["", ""])


def test_a_cell_without_end_is_damage_and_reading_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roleclass.tables.csvfile.MAX_CELL", 1000)
    rows, faults, _ = read(tmp_path, f'id,text\n1,{LONG}\n2,"open\n' + f"3,{LONG}\n" * 50)
    assert len(rows) == 52
    assert [i for i, fault in enumerate(faults) if fault] == [1]


def test_a_row_without_end_is_damage_and_reading_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roleclass.tables.csvfile.MAX_RECORD", 2000)
    cell = '"' + ("a\n" * 300) + '"'
    content = f"id,text\n1,x\n2,{cell}\n3," + ",".join([cell] * 5) + "\n4,y\n"
    rows, faults, _ = read(tmp_path, content)
    assert rows[1] == ["2", "a\n" * 300]
    assert (rows[2][0], bool(faults[2])) == ("3", True)
    assert rows[-1] == ["4", "y"]


def test_a_number_in_prose_is_no_row(tmp_path: Path) -> None:
    text = "Acme has\n1,000 people, 3 offices"
    content = written([["id", "t", "text"], ["1", "A", text], ["2", "B", text]])
    assert read(tmp_path, content)[:2] == ([["1", "A", text], ["2", "B", text]], ["", ""])


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=8
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_cells_come_back_as_they_were(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, quoting: Any
) -> None:
    expected = [[str(i), *row] for i, row in enumerate(rows)]
    content = written([["id", "title", "text"], *expected], delimiter=delimiter, quoting=quoting)
    assert read(tmp_path, content, delimiter=delimiter)[:2] == (expected, [""] * len(expected))


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    rows=st.integers(2, 8),
    at=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 12)), min_size=1, max_size=4),
)
def test_stray_quotes_lose_no_row_and_leave_none_changed_unmarked(
    tmp_path: Path, rows: int, at: list[tuple[int, int]]
) -> None:
    lines = [f"{i},name {i},text {i}" for i in range(1, rows + 1)]
    for row, place in at:
        line = lines[row % rows]
        lines[row % rows] = line[:place] + '"' + line[place:]
    content = "\n".join(["id,title,text", "0,first,row", *lines, ""])
    found, faults, _ = read(tmp_path, content, delimiter=",")
    assert len(found) == rows + 1
    for line, cells, fault in zip(lines, found[1:], faults[1:], strict=True):
        assert fault or cells == next(csv.reader([line]))
