"""Read YAML of the AI Engineering Field Guide: one posting per file. Needs ``roleclass[yaml]``."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from roleclass.errors import InputError, require_extra
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import Record

FIELD_GUIDE_KEYS = (
    "job_id", "title", "company", "location", "work_type", "level", "skills", "company_size",
    "description", "industries", "posted_date", "url", "source",
)  # fmt: skip
_BLOCK = re.compile(
    rf"^description: \|\n(?P<body>.*?)(?=^(?:{'|'.join(FIELD_GUIDE_KEYS)}):|\Z)",
    re.MULTILINE | re.DOTALL,
)

MAX_FILE_BYTES = 2**20
"""A longer file is not a posting."""

_MAX_DEPTH = 20  # the guide needs 5; far deeper files crash PyYAML
_MAX_PROBLEM = 200  # characters of a message
_NULLS = ("", "~", "null")


def read_yaml(file: InputFile, _: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Yield the one posting of a file: strings, lists and mappings; other values as text.

    Raises
    ------
    InputError
        If the file is too long, or not readable as YAML.
    MissingExtraError
        If PyYAML is not installed.
    """
    with file.open() as content:
        data = content.read(MAX_FILE_BYTES + 1)
    keys = FIELD_GUIDE_KEYS if data.startswith(b"job_id:") else None
    posting, fixed = parse_yaml(data, keys)
    if fixed:
        notes.append(f"read after fixing the indentation of its description: {fixed}")
    row = {
        str(key): None if isinstance(value, str) and value in _NULLS else value
        for key, value in posting.items()
    }
    yield row, len(data), None


def parse_yaml(
    data: bytes, keys: Collection[str] | None = None
) -> tuple[Mapping[str, Any], str | None]:
    """Read a mapping; fix a text block that lost its indentation.

    Parameters
    ----------
    data : bytes
    keys : collection of str or None
        The allowed keys: others show that a line of the text was taken for a key.

    Returns
    -------
    dict, str or None
        The mapping, and the problem if it was fixed.

    Raises
    ------
    InputError
        If the data is too long, or not readable as YAML even after the fix.

    Examples
    --------
    >>> parse_yaml(b"title: Cook")
    ({'title': 'Cook'}, None)
    """
    require_extra("yaml", "yaml")
    import yaml

    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"larger than {MAX_FILE_BYTES} bytes")
    text = data.decode("utf-8", errors="replace")
    try:
        return _mapping(text, keys), None
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).replace('in "<unicode string>", ', "at ").split())
        problem = problem[:_MAX_PROBLEM]
    try:
        return _mapping(_BLOCK.sub(_indent, text), keys), problem
    except (yaml.YAMLError, ValueError):
        raise InputError(f"not readable as YAML: {problem}") from None


def _mapping(text: str, keys: Collection[str] | None) -> Mapping[str, Any]:
    import yaml

    # Builds only strings, lists and dicts: no Python objects, and no numbers that take minutes to
    # compute. In C if PyYAML has it.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        # The guide uses no aliases, and nested ones can expand a few lines into gigabytes.
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases are not allowed")  # noqa: TRY004
        if tag := getattr(event, "tag", None):
            raise ValueError(f"tags are not allowed, found {tag}")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError(f"lists and mappings nested more than {_MAX_DEPTH} deep")
    content = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader, see above)
    if not isinstance(content, dict):
        raise ValueError(f"expected a mapping, got {type(content).__name__}")  # noqa: TRY004
    unexpected = [] if keys is None else [str(key) for key in content if key not in keys]
    if unexpected:
        raise ValueError(f"unexpected keys: {', '.join(unexpected)}")
    return content


def _indent(block: re.Match[str]) -> str:
    lines = block["body"].splitlines()
    return "description: |\n" + "".join(f"  {line.strip()}\n" for line in lines)
