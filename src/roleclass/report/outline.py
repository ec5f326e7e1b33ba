"""The older list of an AI engineer's work, item by item, as far as postings mention it: ``outline.toml``."""

from functools import cache
from typing import Any

from roleclass.lexicon import parse_phrases
from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.data import read_data
from roleclass.report.statistics import Tally, tier
from roleclass.taxonomy.phrases import PhraseFinder


class Outline:
    """The number of postings of the AI roles with a duty of each item and group of items."""

    def __init__(self) -> None:
        self._chapters, self._keys, self._finder = _outline()
        self._tally = Tally()

    def add(self, case: Case) -> None:
        """Count a posting of an AI role that has duties."""
        if case.role not in AI_ROLES or not case.duties:
            return
        found: set[str] = set()
        for duty in case.duties:
            if duty.areas:  # as in the taxonomy: a duty without an area is not AI work
                found |= self._finder.find_in(duty.tokens)
            for key in duty.keys & self._keys.keys():
                found.update(self._keys[key])
        found |= {item.rpartition("/")[0] for item in found}
        self._tally.add(found, ["all", case.role])

    def result(self) -> dict[str, Any]:
        """Return the chapters with their groups and items."""
        return {
            "postings": self._tally.of["all"],
            "chapters": [
                {
                    "name": chapter["name"],
                    "groups": [
                        self._row(f"{c}/{g}", group["name"])
                        | {
                            "items": [
                                self._row(f"{c}/{g}/{i}", item["name"])
                                for i, item in enumerate(group["items"])
                            ]
                        }
                        for g, group in enumerate(chapter["groups"])
                    ],
                    "unsaid": chapter.get("unsaid", []),
                }
                for c, chapter in enumerate(self._chapters)
            ],
        }

    def _row(self, key: str, name: str) -> dict[str, Any]:
        measured = self._tally.share(key, "all")
        roles = {str(role): self._tally.share(key, role) for role in AI_ROLES}
        return {"name": name, **measured, "tier": tier(measured["share"]), "roles": roles}


@cache
def _outline() -> tuple[list[dict[str, Any]], dict[str, list[str]], PhraseFinder]:
    """Return the chapters, the items (``"chapter/group/item"``) of each key, and a finder for the others."""
    chapters = read_data("outline")["chapters"]
    keys: dict[str, list[str]] = {}
    phrases = {}
    for c, chapter in enumerate(chapters):
        for g, group in enumerate(chapter["groups"]):
            for i, item in enumerate(group["items"]):
                name = f"{c}/{g}/{i}"
                for key in item.get("keys", ()):
                    keys.setdefault(key, []).append(name)
                phrases[name] = parse_phrases(item["name"], item.get("phrases", ()))
    return chapters, keys, PhraseFinder(phrases)
