"""Words of duties, and distinctive concepts of a role."""

import heapq
import re
from functools import cache
from typing import Any, Final

from roleclass.lexicon import load_lexicon
from roleclass.report.cases import Case
from roleclass.report.data import read_data
from roleclass.report.statistics import FALSE_DISCOVERIES, Tally, adjusted, difference_p, share
from roleclass.roles import Role
from roleclass.taxonomy.phrases import PhraseFinder

MIN_IN_ROLE: Final = 10
"""A role with fewer postings gets no list of concepts and skills."""

_CONCEPT_GROUPS = ("genai", "ml", "near")
# Concepts of the lexicon that are a title, a degree or a phrase, not a subject of the work.
_NO_SUBJECT = re.compile(r"^x_|title$|^ml_engineer$|^quantfield$")


def roles_with_enough(tally: Tally) -> list[Role]:
    """Return the roles with enough postings for their own lists."""
    return [role for role in Role if role is not Role.UNCLEAR and tally.of[role] >= MIN_IN_ROLE]


class Words:
    """The number of duties in which each word occurs, without function words."""

    def __init__(self) -> None:
        self._tally = Tally()

    def add(self, case: Case) -> None:
        """Count the words of a posting's duties."""
        for duty in case.duties:
            self._tally.add(set(duty.tokens), ["all"])

    def result(self, top: int = 40) -> dict[str, Any]:
        """Return the most frequent words."""
        said = (word for word, _ in self._tally.n if len(word) > 1 and word not in stop_words())
        frequent = heapq.nsmallest(top, said, key=lambda word: (-self._tally.n[word, "all"], word))
        return {
            "duties": self._tally.of["all"],
            "words": [
                {"word": word.decode(), **self._tally.share(word, "all")} for word in frequent
            ],
        }


@cache
def stop_words() -> frozenset[bytes]:
    """Return the words that are too common to be informative."""
    return frozenset(word.encode() for word in read_data("words")["stop"])


class Concepts:
    """The concepts of the lexicon that distinguish each role from the other postings."""

    def __init__(self) -> None:
        self._finder = PhraseFinder(
            {
                concept.name: concept.phrases
                for concept in load_lexicon()
                if concept.group in _CONCEPT_GROUPS and not _NO_SUBJECT.search(concept.key)
            }
        )
        self._tally = Tally()

    def add(self, case: Case) -> None:
        """Count the concepts that a posting mentions anywhere."""
        if case.was_read:
            found = set().union(*(self._finder.find_in(line.tokens) for line in case.lines))
            self._tally.add(found, ["all", case.role])

    def result(self, top: int = 12) -> dict[str, list[dict[str, Any]]]:
        """Return, for each role, the concepts whose share most exceeds that of the others, beyond chance."""
        tally, roles = self._tally, roles_with_enough(self._tally)
        rows: list[tuple[Role, dict[str, Any]]] = []
        for name in sorted(name for name, group in tally.n if group == "all"):
            everywhere = tally.n[name, "all"]
            for role in roles:
                here = tally.share(name, role)
                rest = share(everywhere - here["n"], tally.of["all"] - here["of"])
                row = {"name": name, **here, "elsewhere": rest["share"]}
                rows.append((role, {**row, "p": difference_p(rest, here)}))
        for (_, row), q in zip(rows, adjusted([row["p"] for _, row in rows]), strict=True):
            row["q"] = q
        found: dict[str, list[dict[str, Any]]] = {}
        for role in roles:
            of_role = [
                row
                for of, row in rows
                if of is role and row["q"] < FALSE_DISCOVERIES and row["share"] > row["elsewhere"]
            ]
            of_role.sort(key=lambda row: row["elsewhere"] - row["share"])
            found[str(role)] = of_role[:top]
        return found
