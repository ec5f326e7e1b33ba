"""What `tests.robustness.fuzz` feeds each reader: how a try is made and what must be true of the answer."""

import atexit
import csv
import io
import json
import math
import random
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq

import roleclass
from roleclass import RoleClassifier
from roleclass.benchmark import generated
from roleclass.cli.terminal import printable
from roleclass.engine.model_file import default_model, seal, unseal
from roleclass.errors import RoleclassError
from roleclass.evidence.page import posting_page
from roleclass.lexicon import parse_lexicon
from roleclass.report.page import render
from roleclass.report.report import build_report
from roleclass.report.source import PostingTables
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.tables.formats import Format, Kind
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader
from roleclass.tables.writers import open_writer
from roleclass.text.markup import plain
from roleclass.training.fieldguide import read_fieldguide
from roleclass.web.views import Site
from tests.robustness.fuzz_inputs import (
    Refused,
    WrongError,
    check_page,
    expect,
    hostile_text,
    mutated,
    phrases,
)


def text(rng: random.Random, _: Path) -> None:
    """Any text has an answer, an explanation that adds up, places within it, a harmless page."""
    posting, title = hostile_text(rng), rng.choice((None, hostile_text(rng, 10)))
    answer = roleclass.predict(posting, title)
    expect(abs(sum(answer.probabilities.values()) - 1) < 1e-5, "probabilities do not add up")
    expect(0 <= answer.confidence <= 1, f"confidence {answer.confidence}")
    again = [*roleclass.predict_many([hostile_text(rng, 50), posting], [None, title])][1]
    expect((again.role, again.reason) == (answer.role, answer.reason), "another answer in a batch")
    why = roleclass.explain(posting, title)
    total = why.prior + math.fsum(item.weight for item in why.evidence)
    expect(abs(total - why.log_odds) < 1e-3, f"weights add up to {total}, not {why.log_odds}")
    spans = [span for item in why.evidence for span in item.spans]
    expect(all(0 <= a < b <= len(why.document) for a, b in spans), "a place outside of the text")
    reading = roleclass.read(posting)
    places = [(line.start, line.end) for line in reading.lines]
    expect(all(0 <= a < b <= len(reading.text) for a, b in places), "a line outside")
    for problem in roleclass.problems(posting):
        expect(set(problem.sentences) <= set(places), "a problem that is in no line")
    check_page(posting_page(roleclass.read(posting, title), why))


_MARKUP: Final = (
    "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "&", ";", "&amp;", "&lt;", "&#38;", "&#x3c;",
    "<p>", "</p>", "<li>", "<ul>", "<br>", "<pre>", "</pre>", "<td>", "<b>", "</b>", "<script>",
    "</script>", "<nav>", "</nav>", "<a href='x'>", '<p class="', "*", "**", "***", "[a](", "https://x)",
    "\\", "#", "# ", "\n", " ", "\t", "\u00a0", "a", "1", "vector<int>", "R&D", "\ud800",
)  # fmt: skip


def markup(rng: random.Random, _: Path) -> None:
    """Any markup becomes a text that stays as it is, and a text of no more characters."""
    source = "".join(rng.choices((*_MARKUP, *phrases()[:50]), k=rng.randrange(1, 400)))
    once = plain(source)
    expect(plain(once) == once, "plain text changes once more")
    expect(len(once) <= len(source), "the text has grown")


@cache
def _rows() -> list[dict[str, Any]]:
    return [
        {"id": i, "title": "AI Engineer" if i % 3 else None, "text": posting, "n": i / 2}
        for i, posting in enumerate(generated(20, length=400))
    ]


@cache
def _valid(kind: str) -> bytes:
    """Return a good file to start from."""
    if kind == "excel":
        return _workbook()
    if kind == "html":
        linked = {"@type": "JobPosting", **_rows()[0], "description": _rows()[0]["text"]}
        return f'<title>x</title><script type="application/ld+json">{json.dumps(linked)}</script>'.encode()
    if kind == "yaml":
        return _YAML
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "valid"
        table = pa.Table.from_pylist(_rows())
        if kind == "sqlite":
            with closing(sqlite3.connect(path)) as database:
                database.execute("CREATE TABLE jobs (id, title, text, n)")
                rows = [tuple(row.values()) for row in _rows()]
                database.executemany("INSERT INTO jobs VALUES (?, ?, ?, ?)", rows)
                database.commit()
        elif kind == "parquet":
            pq.write_table(table, path, row_group_size=7)
        else:
            with (
                path.open("wb") as raw,
                open_writer(raw, Format(cast("Kind", kind)), table.schema) as write,
            ):
                write(table)
        return path.read_bytes()


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for cells in (_rows()[0], *(row.values() for row in _rows())):
        book.active.append(list(cells))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


_JSON: Final = (b"{", b"[", b"}", b"]", b",", b'"', b"\\u0000", b"\\ud800", b"null", b"1e999", b"NaN",
                b"9" * 5000, b"\n", b'"text":', b'"role":"x",', b"\xff", b'"data":',
                b'"columns":')  # fmt: skip
_TOKENS: Final = {
    "csv": (b'"', b",", b"\n", b"\r", b"\0", b'""', b"\xff", b"\xef\xbb\xbf", b"=1+1", b"text,",
            b";", b"|", b"sep=;\n", b'\\"', b'"a"b"'),
    "jsonl": _JSON,
    "json": _JSON,
    "parquet": (b"PAR1", b"\0" * 8, b"\xff" * 8),
    "arrow": (b"ARROW1", b"\0" * 8, b"\xff" * 8),
    "sqlite": (b"SQLite format 3\0", b"\0" * 8, b"\xff" * 8),
    "excel": (b"PK\x03\x04", b"\0" * 8, b"\xff" * 8),
    "html": (b"<", b">", b"</script>", b'"', b"{", b"[", b"&amp;", b"<!--", b"\xff", b"]]>"),
    "yaml": (b"&a ", b"*a", b"- ", b"? ", b"[", b"{", b"|\n", b": ", b"\t", b"\0"),
}  # fmt: skip


def _scored(kind: str) -> Callable[[random.Random, Path], None]:
    def target(rng: random.Random, folder: Path) -> None:
        """Every row comes back once, or the file is refused and nothing is left under its name."""
        source = folder / f"in.{kind}"
        source.write_bytes(mutated(rng, _valid(kind), _TOKENS.get(kind, _TOKENS["csv"])))
        output = folder / f"out.{rng.choice(('csv', 'jsonl', 'json', 'parquet', 'arrow'))}"
        options = ScoreOptions(
            batch_size=rng.choice((1, 7, 2048)),
            encoding=rng.choice((None, "utf-8", "latin-1", "utf-16")),
            text_column=rng.choice((None, None, "text")),
            format=kind,
        )
        try:
            summary = score_files([source], output, options)
        except RoleclassError as error:
            expect(len(str(error)) > 20, f"a poor message: {error}")
            expect(not output.exists(), "an output that is not whole")
            raise Refused from error
        expect(_count(output) == summary.rows, f"{summary.rows} rows became {_count(output)}")

    return target


def _count(path: Path) -> int:
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    if path.suffix == ".arrow":
        with pa.ipc.open_file(path) as file:
            return int(file.read_all().num_rows)
    with path.open(encoding="utf-8", newline="") as text:
        if path.suffix == ".json":
            return len(json.load(text, parse_constant=_no_json))
        if path.suffix == ".jsonl":
            return sum(
                isinstance(json.loads(line, parse_constant=_no_json), dict)
                for line in text.read().split("\n")
                if line
            )
        csv.field_size_limit(2**30)
        return sum(1 for _ in csv.reader(text)) - 1


def _no_json(word: str) -> None:
    raise WrongError(f"{word} in JSON")


def stray_quotes(rng: random.Random, folder: Path) -> None:
    """Quotes put into a table of one line a row lose no row and change none that is not marked."""
    lines = [f"{i},title {i},text number {i}" for i in range(rng.randrange(2, 40))]
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(1, len(lines))
        place = rng.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:place] + '"' * rng.choice((1, 1, 2, 3)) + lines[at][place:]
    (folder / "in.csv").write_text("id,title,text\n" + "\n".join(lines) + "\n")
    found = []
    reader = Reader([str(folder / "in.csv")], ReadOptions(batch_size=7, delimiter=","))
    for chunk in reader:
        rows = (list(row.values()) for row in chunk.table.to_pylist())
        found += [(cells, chunk.faults.get(i)) for i, cells in enumerate(rows)]
    expect(len(found) == len(lines), f"{len(lines)} rows became {len(found)}")
    for line, (cells, fault) in zip(lines, found, strict=True):
        expect(fault is not None or cells == next(csv.reader([line])), f"{line!r} became {cells}")


def report(rng: random.Random, folder: Path) -> None:
    """A table of postings becomes a harmless page, or is refused."""
    kind = rng.choice([name for name in _TOKENS if name != "excel"])
    source = folder / f"in.{kind}"
    source.write_bytes(mutated(rng, _valid(kind), _TOKENS[kind]))
    try:
        postings = list(PostingTables([source]))
    except RoleclassError as error:
        raise Refused from error
    figures = build_report(postings)
    json.dumps(figures, ensure_ascii=False, allow_nan=False).encode()
    check_page(render(figures, [printable(hostile_text(rng, 5))]))


def damaged_model(rng: random.Random, folder: Path) -> None:
    """A model file with any byte changed is refused."""
    data = default_model().read_bytes()
    _load(folder, changed := mutated(rng, data))
    expect(changed == data, "a damaged model was taken for a good one")


def hostile_model(rng: random.Random, folder: Path) -> None:
    """A changed model with a checksum that fits is refused, or answers."""
    _load(folder, seal(mutated(rng, unseal(default_model().read_bytes()))))


def _load(folder: Path, data: bytes) -> None:
    path = folder / "model.onnx"
    path.write_bytes(data)
    classifier = RoleClassifier(path)
    try:
        answers = [*classifier.predict_many(row["text"] for row in _rows()[:3])]
        classifier.explain(_rows()[0]["text"])
    except RoleclassError as error:
        raise Refused from error
    expect(all(set(answer.probabilities) == set(classifier.roles) for answer in answers), "roles")


_YAML: Final = b"""\
job_id: 1
title: "AI Engineer"
company: Harbour Mutual
level: Mid level
skills:
  - Python
  - {a: [b, c]}
description: |
  Build the assistant.

  - Evaluate its answers.
posted_date: 2026-01-28
"""


def fieldguide(rng: random.Random, folder: Path) -> None:
    """Every YAML file becomes a row of texts, or is passed over with a message."""
    tokens = (b"&a ", b"*a", b"!!python/object:x ", b"- ", b"? ", b"[", b"{", b"|\n", b": ", b"<<: ",
              b"description: |\n", b"%TAG", b"---\n", b"\t", b"\0", b"'", b'"', b"0x", b":1")  # fmt: skip
    for name in ("data_raw", "data_structured"):
        (folder / name).mkdir()
        (folder / name / "1_x.yaml").write_bytes(mutated(rng, _YAML, tokens))
    messages: list[str] = []
    rows = read_fieldguide(folder, warn=messages.append)
    expect(bool(rows or messages), "a file without a row and without a message")
    for row in rows:
        values = [*row.values(), *row["responsibilities"]]
        values.remove(row["responsibilities"])
        expect(all(isinstance(v, str | int | None) for v in values), f"values of {row}")
    if not rows:
        raise Refused


def lexicon(rng: random.Random, _: Path) -> None:
    """A lexicon is read or refused with what is wrong."""
    written = files("roleclass").joinpath("lexicon.toml").read_bytes()
    start = rng.randrange(len(written) - 3000)
    start = written.find(b"\n[concepts.", start) + 1
    changed = mutated(rng, written[start : start + 3000], (b"[", b"]", b'"', b"=", b"\n", b"{"))
    try:
        parse_lexicon(changed.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:  # the latter from the standard library's reader
        raise Refused from error


@cache
def _site() -> Site:
    site = Site(RoleClassifier())
    atexit.register(site.close)
    return site


def web(rng: random.Random, _: Path) -> None:
    """The page answers any form with a page, or says what is wrong with it."""
    if rng.random() < 0.5:
        path, type_ = "/", "application/x-www-form-urlencoded"
        fields = {"text": hostile_text(rng), "title": hostile_text(rng, 10)}
        body = mutated(
            rng, urlencode(fields, errors="replace").encode(), (b"%00", b"&", b"=", b"%ff")
        )
    else:
        path, type_ = "/tables", "multipart/form-data; boundary=x"
        head = '--x\r\nContent-Disposition: form-data; name="'
        file = f'{head}table"; filename="jobs.csv"\r\n\r\n'.encode() + _valid("csv")[:2000]
        body = f'{head}prefix"\r\n\r\np\r\n'.encode() + file + b"\r\n--x--\r\n"
        body = mutated(
            rng, body, (b"\r\n", b"--x", b"--", b'"', b"; name=", b"filename*=utf-8''%00")
        )
    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": type_,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "waitress.client_disconnected": lambda: False,
    }
    status = _site().answer(request).status
    expect(status < "500", f"status {status}")


TARGETS: Final[dict[str, Callable[[random.Random, Path], None]]] = {
    "text": text,
    **{kind: _scored(kind) for kind in ("tsv", *_TOKENS)},
    "stray quotes": stray_quotes,
    "report": report,
    "damaged model": damaged_model,
    "hostile model": hostile_model,
    "markup": markup,
    "fieldguide": fieldguide,
    "lexicon": lexicon,
    "web": web,
}
"""By name; each makes a try from random numbers, with a folder to write to."""
