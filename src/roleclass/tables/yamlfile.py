"""YAML as the AI Engineering Field Guide keeps postings: one a file. Needs ``roleclass[yaml]``."""

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
"""A longer file is no posting."""

_MAX_DEPTH = 20  # the guide needs 5; far deeper files crash PyYAML
_MAX_PROBLEM = 200  # characters of a message
_NULLS = ("", "~", "null")


def read_yaml(file: InputFile, _: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Give the one posting of a file; its texts, lists and mappings, everything else as text.

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
        notes.append(f"read after its description was indented again: {fixed}")
    yield (
        {
            str(key): None if isinstance(value, str) and value in _NULLS else value
            for key, value in posting.items()
        },
        len(data),
    )


def parse_yaml(
    data: bytes, keys: Collection[str] | None = None
) -> tuple[Mapping[str, Any], str | None]:
    """Read a mapping; a block of text that lost its indentation is fixed.

    Parameters
    ----------
    data : bytes
    keys : collection of str or None
        Those that may occur: others show that a line of the text was taken for one.

    Returns
    -------
    dict, str or None
        The mapping, and what was wrong with it if it was fixed.

    Raises
    ------
    InputError
        If the data is too long, or not readable as YAML even so.

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

    # Builds texts, lists and dicts only: no Python objects, and no numbers that take minutes to
    # work out. In C where PyYAML has it.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        # The guide uses no aliases, and nested ones can grow a few lines into gigabytes.
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases are not allowed")  # noqa: TRY004
        if tag := getattr(event, "tag", None):
            raise ValueError(f"tags are not allowed, found {tag}")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError(f"lists and mappings within each other more than {_MAX_DEPTH} deep")
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
