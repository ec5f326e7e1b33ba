"""Named tools and languages: how many postings name each, as a must and as nice to have: ``skills.toml``."""

import heapq
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.lexicon import parse_phrases
from roleclass.report.cases import Case, CaseLine
from roleclass.report.language import MIN_IN_ROLE
from roleclass.report.statistics import Share, share
from roleclass.roles import Role
from roleclass.taxonomy.phrases import PhraseFinder

MIN_POSTINGS: Final = 5
"""A tool that fewer postings name is not listed."""

KINDS: Final = {
    "languages": "languages",
    "ml": "machine learning",
    "llm": "language models and agents",
    "vector": "search, vectors and graphs",
    "databases": "databases and warehouses",
    "data": "data and analytics",
    "cloud": "clouds",
    "mlops": "operations",
    "web": "web, tests and business software",
}
"""The kinds of tools, by their tables in the file."""


@dataclass(frozen=True)
class Tools:
    """The names that postings can ask for.

    Attributes
    ----------
    kinds : dict of str to str
        The kind of each name.
    finder : PhraseFinder
        Finds names without doubt.
    doubtful : dict of str to str
        Spellings that are a name only beside another, and that name.
    """

    kinds: dict[str, str]
    finder: PhraseFinder
    doubtful: dict[str, str]

    def find(self, line: CaseLine) -> set[str]:
        """Return the names in a line.

        Examples
        --------
        >>> tools = load_tools()
        >>> sorted(tools.find(CaseLine("Python, Go or C/C++; R is a plus", "requirement")))
        ['C', 'C++', 'Golang', 'Python', 'R']
        >>> tools.find(CaseLine("Go above and beyond, and R&D", "requirement"))
        set()
        """
        found = self.finder.find_in(line.tokens)
        if found:
            for spelt in self._spelt.findall(line.text):
                found.add(self.doubtful[spelt])
        return found

    @property
    def _spelt(self) -> re.Pattern[str]:
        return _pattern(tuple(self.doubtful))


@cache
def _pattern(spellings: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
    # A letter of "R&D", "C++", "C-level" or "Go-to-market" is none of these names.
    return re.compile(rf"(?<![\w&+#.-])(?:{either})(?![\w&+#'’-]|\.\w)")  # noqa: RUF001


@cache
def load_tools() -> Tools:
    """Read the names.

    Raises
    ------
    ValueError
        If a phrase is not written in tokens, or a name stands twice; the message names it.

    Examples
    --------
    >>> load_tools().kinds["Python"]
    'languages'
    """
    return parse_tools(files("roleclass.report").joinpath("skills.toml").read_text("utf-8"))


def parse_tools(text: str) -> Tools:
    """Read names from the text of such a file; see `load_tools`."""
    kinds: dict[str, str] = {}
    phrases: dict[str, Any] = {}
    doubtful: dict[str, str] = {}
    for kind, entry in tomllib.loads(text).items():
        for written in entry["names"]:
            name, _, rest = (part.strip() for part in written.partition(" = "))
            sure, _, unsure = rest.partition("?")
            called = _parts(sure) if rest else [" ".join(re.findall(r"[a-z0-9+#]+", name.lower()))]
            if name in kinds:
                raise ValueError(f"{kind}: {name} stands twice")
            kinds[name] = kind
            phrases[name] = parse_phrases(f"{kind}: {name}", called)
            doubtful |= dict.fromkeys(_parts(unsure), name)
    return Tools(kinds, PhraseFinder(phrases), doubtful)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


class Skills:
    """How many postings name each tool: anywhere, in a line that requires it, in one that calls it a plus."""

    def __init__(self) -> None:
        self._tools = load_tools()
        self._of: Counter[Role] = Counter()
        self._counts: dict[str, Counter[tuple[str, Role]]] = {
            where: Counter() for where in ("anywhere", "must", "nice")
        }

    def add(self, case: Case) -> None:
        """Count the tools that a posting names, in its text or its column of skills."""
        if not case.was_read and not case.posting.skills:
            return
        self._of[case.role] += 1
        found: dict[str, set[str]] = {}
        for line in case.lines:
            found.setdefault(line.part, set()).update(self._tools.find(line))
        listed = self._tools.find(CaseLine(", ".join(case.posting.skills), "skills"))
        must = found.get("requirement", set())
        named = {
            "anywhere": listed.union(*found.values()),
            "must": must,
            "nice": found.get("nice-to-have", set()) - must,
        }
        for where, names in named.items():
            self._counts[where].update((name, case.role) for name in names)

    def result(self, top: int = 12) -> dict[str, Any]:
        """Return the tools that are named, the most frequent first, and the first ones of each role."""
        roles = [r for r in Role if r is not Role.UNCLEAR and self._of[r] >= MIN_IN_ROLE]
        tools = sorted(
            (self._row(name, roles) for name in {name for name, _ in self._counts["anywhere"]}),
            key=lambda row: (-row["n"], row["name"]),
        )
        lists = {}
        for role in roles:
            first = heapq.nsmallest(top, tools, key=lambda row: -row["roles"][str(role)]["n"])
            lists[str(role)] = [
                {"name": row["name"], **self._share(row["name"], "anywhere", (role,))}
                | {kind: self._share(row["name"], kind, (role,)) for kind in ("must", "nice")}
                for row in first
            ]
        return {
            "postings": self._of.total(),
            "names": len(self._tools.kinds),
            "named": len(tools),
            "roles": lists,
            "tools": [row for row in tools if row["n"] >= MIN_POSTINGS],
        }

    def _row(self, name: str, roles: Iterable[Role]) -> dict[str, Any]:
        return {
            "name": name,
            "kind": KINDS[self._tools.kinds[name]],
            **self._share(name, "anywhere", tuple(Role)),
            **{kind: self._n(name, kind, tuple(Role)) for kind in ("must", "nice")},
            "roles": {
                str(role): {
                    "n": self._n(name, "anywhere", (role,)),
                    "share": self._share(name, "anywhere", (role,))["share"],
                    **{kind: self._n(name, kind, (role,)) for kind in ("must", "nice")},
                }
                for role in roles
            },
        }

    def _n(self, name: str, where: str, roles: Iterable[Role]) -> int:
        return sum(self._counts[where][name, role] for role in roles)

    def _share(self, name: str, where: str, roles: Iterable[Role]) -> Share:
        return share(self._n(name, where, roles), sum(self._of[role] for role in roles))
