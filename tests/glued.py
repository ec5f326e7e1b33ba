"""Texts that lost their line breaks, and what is like them, for tests."""

import json
from pathlib import Path

LINES = json.loads((Path(__file__).parent / "lines.json").read_text("utf-8"))

# Around a line, these make a text that is glued, whatever the line is.
BEFORE = ["What you will do", "Plan the shifts of the week", "Answer letters"]
BEHIND = ["What we offer", "A desk by the window", "Thirty days of leave"]

LEFT_AS_IT_IS = [
    "We sell AcmeFlow to schools. You will teach AcmeFlow and write its manual.",
    "At QuillForge you write JavaScript, TypeScript and PostgreSQL with the MapWright team in DenHelder.",
    "See https://example.com/ourTeam/whatWe, www.example.com/aboutUs/whatYou; write to jobsAt@example.com.",
    "Follow #lifeAtLarkspur and #workWith and @larkspurJobs to hear more of us and our bakery.",
    "Our app calls clientId, then clientId and clientId once more, says the manual.",
    "5Years, 10Days, 3D printers, 5G, B2B and a 401K plan",
    "Vue.Js and Node.Js and React.Js: we use them all.",
    "We need a friendly personTwo years in retail would be good",
    "",
    "\n",
]

# What texts are made of that are nearly glued, or glued in odd ways.
PIECES = (
    "us do team Plan We A I AI SQL APIs Git Hub Py Torch OS i e . : ) + # C++ ' \u2019s é É 3 5+ years"
    " www. https:// @ js \n "
)
