"""Texts for property tests: full of what the model knows, and of what the cut looks at."""

import json
from pathlib import Path

from hypothesis import strategies as st

from roleclass.lexicon import load_lexicon

WORDS = sorted({word.decode() for c in load_lexicon() for phrase in c.phrases for word in phrase})
# Text that is full of what the model knows, and of what separates words.
KNOWN = st.lists(st.sampled_from(WORDS) | st.sampled_from(["\n", "?", "\u00e9", "\0"]), max_size=60)
KNOWN_TEXTS = st.lists(KNOWN.map(" ".join) | st.text(max_size=60), min_size=1, max_size=5)

# Whatever a rule looks at, close together.
PIECES = st.sampled_from(
    [
        *(" ", "  ", "\n", "\r\n", "\n\n", "\t", "\xa0", "\u200b"),
        *(".", "!", "?", ";", ":", ",", "-", "(", ")", "[", '"', "'", "*", "/", "&"),
        *("\u2022", "\u25cf", "\u25aa", "\u2013", "\u2014", "\u00b7", "\u2019", "\u201c", "\u201d"),
        *("\U0001f680", "\ue000", "\u00e9", "1", "12", "a", "B", "You", "we", "the", "Inc", "e.g", "Ph"),
        *("Key", "Job", "Responsibilities", "requirements", "Benefits", "Nice to have", "team", "Build"),
        *("longerwords", "x" * 70),
    ]
)  # fmt: skip
CUT_TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=80))

WRITTEN = [line["text"] for line in json.loads((Path(__file__).parent / "lines.json").read_text())]
