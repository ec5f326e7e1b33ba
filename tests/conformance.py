"""Postings that every port of the contract must answer alike: ``examples/runtimes/conformance.json``."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from html.entities import html5
from pathlib import Path
from typing import Any

import roleclass
from roleclass import RoleClassifier
from roleclass.engine.model_file import default_model
from roleclass.text import encode

ROOT = Path(__file__).parents[1]
CONFORMANCE = ROOT / "examples" / "runtimes" / "conformance.json"
ENTITIES = ROOT / "examples" / "runtimes" / "node" / "entities.mjs"
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.txt"))

LISTED = 10_000
"""The lines of a case of more bytes are not listed."""

AGENTS = "You will design LLM agents with the team and write the prompts for our assistant."
PLATFORM = (
    "You will run the GPU clusters on which the AI teams train, with Kubernetes and Terraform."
)

# A name; the text and how often it is repeated; the title.
ODD: tuple[tuple[str, str, int, str | None], ...] = (
    ("empty", "", 1, None),
    ("title only", "", 1, "Senior Machine Learning Engineer"),
    ("blank title", AGENTS, 1, " \t\u2003"),
    ("title of several lines", AGENTS, 1, "  Staff\r\nEngineer,\u00a0\x1cPlatform\x85\n"),
    ("byte order mark in a title", AGENTS, 1, "\ufeffPrompt Engineer\ufeff"),
    ("no words", "?! ... \u4f60\u597d", 1, None),
    ("too few words", "See our website.", 1, None),
    (
        "Dutch",
        "Wij zoeken een nieuwe collega die met plezier de tuin van het museum verzorgt.",
        1,
        None,
    ),
    (
        "Japanese with English terms",
        "LLM と RAG を使ったチャットボットの開発を担当します。",
        1,
        None,
    ),
    (
        "emoji",
        f"\U0001f916 {AGENTS} \U0001f680\U0001f469\u200d\U0001f4bb",
        1,
        "AI Engineer \U0001f525",
    ),
    ("lone surrogates", f"\ud83d{AGENTS}\ude80 ag\ud800ents \udc00\ud800", 1, "AI\udfff Engineer"),
    (
        "NUL bytes",
        "You\0will\0\0train demand models with scikit-learn and the data team.\0",
        1,
        "Data\0Scientist",
    ),
    (
        "control characters",
        "\x01You\x07 will\x0b train\x0c demand\x1f models\x7f with the data\r\nteam.",
        1,
        None,
    ),
    (
        "upper case and signs",
        "C++/C# AND GPT-4: YOU WILL FINE-TUNE THE LLMS (LoRA, 8-BIT) FOR OUR R&D TEAM!",
        1,
        None,
    ),
    (
        "accents",
        "You will naïvely résumé the café's ML modèles for the team, e\u0301tude \u212aubernetes.",
        1,
        None,
    ),
    (
        "lost line breaks",
        "What you will doTrain models with PyTorch\U0001f916Review code on GitHubWhat we needA degree",
        1,
        "Machine Learning Engineer",
    ),
    ("one line of 20,000 characters", f"{PLATFORM} ", 225, "Platform Engineer"),
    ("a word of 5,000 characters", "transformer", 455, None),
    ("200,000 characters", f"{AGENTS}\n", 2400, None),
    (
        "HTML",
        f"<h3>Your work</h3><ul><li><p>{AGENTS}</p></li><li>R&amp;D</li></ul>",
        1,
        "<b>Lead</b>",
    ),
    (
        "escaped HTML",
        f"&lt;p&gt;{AGENTS}&amp;nbsp;&lt;/p&gt;&lt;br/&gt;Larkspur&amp;rsquo;s",
        1,
        "R&amp;D",
    ),
    (
        "HTML escaped twice",
        f"&amp;lt;div&amp;gt;{PLATFORM}&amp;amp;nbsp;&amp;lt;/div&amp;gt;Yes",
        1,
        None,
    ),
    (
        "Markdown",
        f"## Work\n\\* **{AGENTS}**\n1\\. *R\\&D*, [us](https://x.example)",
        1,
        "\\#1 *Lead*",
    ),
    (
        "a page",
        f"""<!DOCTYPE html><head><title>x</title></head><script>a<b</script><!-- c --><body><nav>Home</nav>
<p class='a>b'>{AGENTS}<table><tr><td>a<td>b</table><pre>c\n  d</pre>&#150;&#x1F600;&notin;</body>""",
        1,
        None,
    ),
    ("broken HTML", f'<p class="x>{AGENTS}<div><li><script><!-- &amp &#xD800; <b', 1, None),
    ("HTML with line breaks of its own", f"<b>Work</b>\n {AGENTS}<br>\nR&amp;D\n\n\nYes", 1, None),
    (
        "no markup",
        f"vector<int>, List<P>, x < y, <jo@x.example>, R&D; a * b, C#, #ai, [1](x), <title>\n* {AGENTS}",
        1,
        "C# & R&D <Lead>",
    ),
    ("4,000 tags", f"<li>{AGENTS}</li>\n", 2000, None),
    ("16 MiB and a title, in markup", "<p>You will write the prompts.pad", 2**19, "Writer"),
    ("16 MiB to the byte", "You will write the prompts. pad\n", 2**19, None),
    ("16 MiB and a title", "You will write the prompts. pad\n", 2**19, "Writer"),
)


def entities() -> str:
    """Return HTML's names of characters as a module of JavaScript."""
    names = {name.rstrip(";"): html5[name] for name in sorted(html5) if name.endswith(";")}
    lines = ["// What HTML calls characters. Written by `python -m tests.test_shipped_model`."]
    lines += ["/** @type {Record<string, string>} */", "export const ENTITIES = {"]
    lines += [f"  {json.dumps(name)}: {json.dumps(text)}," for name, text in names.items()]
    return "\n".join([*lines, "};", ""])


def lines(text: str, title: str | None) -> list[dict[str, Any]]:
    """Say what each line is; of two areas that are equally likely, either may be the first."""
    read = roleclass.read(text, title)
    return [{**line.to_dict(), "areas": sorted(line.areas)} for line in read.lines]


def cases() -> dict[str, Callable[[], dict[str, Any]]]:
    """Give what answers each case with the shipped model, by its name."""
    examples = [(name, (ROOT / "examples" / name).read_text("utf-8"), 1, None) for name in EXAMPLES]
    return {case[0]: partial(answered, *case) for case in (*examples, *ODD)}


def answered(name: str, text: str, repeat: int, title: str | None) -> dict[str, Any]:
    """Answer a case: a text, so many times, and a title."""
    data = encode(text * repeat, title)
    return {
        "name": name,
        "text": text,
        "repeat": repeat,
        "title": title,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "answer": roleclass.predict(text * repeat, title).to_dict(),
        "lines": lines(text * repeat, title) if len(data) <= LISTED else None,
    }


def head() -> dict[str, Any]:
    """Say what the cases were answered with."""
    return {
        "format": "1",
        "model_sha256": hashlib.sha256(default_model().read_bytes()).hexdigest(),
        "tolerance": 1e-5,
        "roles": list(RoleClassifier().roles),
    }
