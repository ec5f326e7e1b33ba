"""Named tools and languages: how many postings require each or call it a plus: ``skills.toml``."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from roleclass.lexicon import parse_phrases
from roleclass.report.cases import Case, CaseLine
from roleclass.report.data import read_data
from roleclass.report.language import roles_with_enough
from roleclass.report.statistics import Tally
from roleclass.taxonomy.phrases import PhraseFinder

MIN_POSTINGS: Final = 5
"""A tool that fewer postings name is not listed."""


@dataclass(frozen=True)
class Tools:
    """The names that postings can ask for.

    Attributes
    ----------
    kinds : dict of str to str
        The kind of each name.
    finder : PhraseFinder
        Finds unambiguous names.
    doubtful : dict of str to str
        Spellings that count as a name only next to another name, and that name.
    spelt : pattern
        Finds these.
    """

    kinds: dict[str, str]
    finder: PhraseFinder
    doubtful: dict[str, str]
    spelt: re.Pattern[str]

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
            found.update(self.doubtful[spelt] for spelt in self.spelt.findall(line.text))
        return found


@cache
def load_tools() -> Tools:
    """Read the names: ``skills.toml``.

    Examples
    --------
    >>> load_tools().kinds["Python"]
    'languages'
    """
    kinds: dict[str, str] = {}
    phrases: dict[str, Any] = {}
    doubtful: dict[str, str] = {}
    for kind, entry in read_data("skills").items():
        for written in entry["names"]:
            name, _, rest = (part.strip() for part in written.partition(" = "))
            sure, _, unsure = rest.partition("?")
            called = _parts(sure) if rest else [" ".join(re.findall(r"[a-z0-9+#]+", name.lower()))]
            kinds[name] = kind
            phrases[name] = parse_phrases(f"{kind}: {name}", called)
            doubtful |= dict.fromkeys(_parts(unsure), name)
    either = "|".join(map(re.escape, sorted(doubtful, key=len, reverse=True)))
    # Not in "R&D", "C++", "C-level" or "Go-to-market".
    spelt = re.compile(rf"(?<![\w&+#.-])(?:{either})(?![\w&+#'’-]|\.\w)")  # noqa: RUF001
    return Tools(kinds, PhraseFinder(phrases), doubtful, spelt)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


class Skills:
    """The number of postings that name each tool: anywhere, in a requirement, in a nice-to-have."""

    def __init__(self) -> None:
        self._tools = load_tools()
        self._tally = Tally()  # of names and where they occur

    def add(self, case: Case) -> None:
        """Count the tools that a posting names, in its text or its column of skills."""
        if not case.was_read and not case.posting.skills:
            return
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
        self._tally.add(
            [(name, where) for where in named for name in named[where]], ["all", case.role]
        )

    def result(self) -> dict[str, Any]:
        """Return the tools that enough postings name, of all and of each role, most frequent first."""
        kinds = self._tools.kinds
        return {
            "postings": self._tally.of["all"],
            "names": len(kinds),
            "named": len({name for (name, _), _ in self._tally.n}),
            "roles": {str(role): self._named(role) for role in roles_with_enough(self._tally)},
            "tools": [row | {"kind": kinds[row["name"]]} for row in self._named("all")],
        }

    def _named(self, group: str) -> list[dict[str, Any]]:
        tally = self._tally
        rows = [
            {
                "name": name,
                **tally.share((name, "anywhere"), group),
                **{kind: tally.share((name, kind), group) for kind in ("must", "nice")},
            }
            for (name, where), of in tally.n
            if of == group and where == "anywhere"
        ]
        rows.sort(key=lambda row: (-row["n"], row["name"]))
        return [row for row in rows if row["n"] >= MIN_POSTINGS]
