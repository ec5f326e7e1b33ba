"""The seed documents beside what is measured: the page is that of the stored figures, and these are sound."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import seeds
from benchmarks.seed_figures import PROBLEMS, measure
from benchmarks.seed_overlap import READ, measure_overlap, read_verdicts
from benchmarks.seed_page import (
    AGREES,
    DIFFERS,
    PARTLY,
    UNTOLD,
    VERDICTS,
    agreement,
    cell,
    holds,
    key_of,
    verdicts,
    write_page,
)
from roleclass.classifier import RoleClassifier
from roleclass.errors import CorpusError
from roleclass.report.cases import Case, CaseLine
from roleclass.report.data import read_data
from roleclass.report.postings import Posting
from roleclass.roles import Role
from roleclass.taxonomy import TIERS
from roleclass.training.fieldguide import build_corpus, our_labels

ROOT = Path(__file__).parents[2]
NO_MODEL = ("between spaces", "containing", "titled", "most frequent title", "openings")
CLAIMS = [claim for section in seeds.load_sections() for claim in section["claims"]]


@pytest.fixture(scope="module")
def figures() -> Any:
    return json.loads((ROOT / "benchmarks" / "results" / "seeds.json").read_text("utf-8"))


# ---------------------------------------------------------------- the page and the stored figures


def test_the_page_shows_the_stored_figures(figures: Any) -> None:
    page = write_page(seeds.load_sections(), figures)
    assert (ROOT / "docs" / "seeds.md").read_text("utf-8") == page
    assert "{{" not in page


def test_every_claim_has_a_verdict_and_a_reason_where_it_does_not_hold(figures: Any) -> None:
    found = verdicts(seeds.load_sections(), figures)
    assert found.keys() == set(map(key_of, CLAIMS))
    assert set(found.values()) == set(VERDICTS)
    unexplained = [
        claim["id"]
        for claim in CLAIMS
        if not claim.get("why") and found[key_of(claim)] in (PARTLY, DIFFERS)
    ]
    assert unexplained == []
    untold = [claim for claim in CLAIMS if claim.get("untold")]
    assert all(claim["why"] and found[claim["id"]] == UNTOLD for claim in untold)


def test_a_tier_is_explained_where_it_is_not_the_seeds(figures: Any) -> None:
    found = verdicts(seeds.load_sections(), figures)
    explained = {claim["area"] for claim in CLAIMS if "area" in claim and claim["why"]}
    assert {area.key for area in PROBLEMS if found[area.key] != AGREES} == explained


def test_all_published_counts_come_out_again(figures: Any) -> None:
    counted = [claim for claim in CLAIMS if "value" in claim]
    assert len(counted) == 2 + 12
    first = seeds.BATCHES[0]
    for claim in counted:
        assert figures["claims"][claim["id"]][first]["guide"][0] == claim["value"], claim["id"]


def test_the_report_and_the_claims_say_the_same_was_published() -> None:
    said = read_data("published")
    claims = {claim["id"]: claim for claim in CLAIMS}
    assert claims["postings"]["value"] == said["postings"]
    assert claims["responsibilities"]["value"] == said["responsibilities"]


def test_where_no_way_of_counting_agrees_with_a_tier_the_readers_do_not_either(
    figures: Any,
) -> None:
    found = verdicts(seeds.load_sections(), figures)
    differing = [c for c in CLAIMS if found[key_of(c)] == DIFFERS and "by postings" in c["id"]]
    assert differing != []
    labelled = (cell(figures, claim["id"], seeds.BATCHES[0], "labelled") for claim in differing)
    assert not any(map(holds, differing, labelled))


def test_the_goals_of_extraction_are_met(figures: Any) -> None:
    for overlap in figures["overlap"].values():
        assert overlap["found"]["all"]["low"] >= 0.85
        assert overlap["found"]["dev"]["share"] >= 0.85
        assert overlap["chance"]["share"] < 0.05
        assert overlap["parts"]["duty"] == overlap["found"]["all"]["n"]
        assert sum(overlap["parts"].values()) == overlap["found"]["all"]["of"]


def test_a_hundred_lines_were_read_and_each_is_of_a_labelled_posting(figures: Any) -> None:
    assert figures["read"] == read_verdicts()
    assert set(figures["read"]) == {"duty", "debatable", "none"}
    rows = [row.split(",") for row in READ.read_text("utf-8").splitlines()[1:]]
    assert len(rows) == len({tuple(row[:2]) for row in rows}) == 100
    assert {row[0] for row in rows} <= our_labels().keys()


# ---------------------------------------------------------------- the measures, on written postings


def written(duties: str, *, title: str = "AI Engineer", label: str = "ai-first") -> Posting:
    listed = tuple(duties.split("; "))
    return Posting(
        title=title, text="\n".join(listed), responsibilities=listed, published_label=label
    )


def batch(*postings: Posting, roles: tuple[Role, ...] = (), part: str = "duty") -> list[Case]:
    cases = []
    for posting, role in zip(postings, roles or (Role.AI_FIRST,) * len(postings), strict=True):
        lines = [CaseLine(line, part, ("rag",)) for line in (posting.text or "").splitlines()]
        listed = [CaseLine(item, "duty", ("rag",)) for item in posting.responsibilities]
        cases.append(Case(posting, role, None, True, tuple(lines), tuple(listed)))
    return cases


def test_words_are_counted_in_both_ways_of_the_seed() -> None:
    counted = batch(written("Design, then design again; Redesign designs"))
    between = {"measure": "between spaces", "says": "design"}
    assert measure(between, counted) == {"guide": (1, 2)}
    assert measure(between | {"measure": "containing"}, counted) == {"guide": (2, 2)}


def test_a_title_counts_without_its_rank_and_by_both_labels() -> None:
    asked = {"measure": "label", "title": "AI Engineer", "role": "ai-first"}
    postings = batch(
        written("Bake", title="Senior AI Engineer"),
        written("Bake", title="AI Engineer (Oslo)", label="ai-support"),
        written("Bake", title="Baker"),
        roles=(Role.AI_FIRST, Role.OTHER, Role.AI_FIRST),
    )
    assert measure(asked, postings) == {"guide": (1, 2), "text": (1, 2)}
    assert measure(asked | {"words": ["senior"]}, postings)["guide"] == (1, 1)
    most = {"measure": "most frequent title", "title": "AI Engineer"}
    assert measure(most, postings) == {"guide": (2, 3)}
    assert measure(most | {"title": "Sales Assistant"}, postings) == {"guide": (0, 3)}


def test_a_mention_is_a_key_or_a_phrase_and_of_several_groups_each() -> None:
    postings = batch(written("Tune the index; Watch the servers"), written("Tune the index"))
    assert measure({"measure": "mentions", "keys": ["rag"]}, postings)["text"] == (2, 2)
    assert measure({"measure": "mentions", "phrases": ["the servers"]}, postings)["text"] == (1, 2)
    searching = batch(written("Tune RAG"))
    searching[0] = replace(searching[0], lines=(CaseLine("Tune RAG", "duty", ("data",)),))
    assert measure({"measure": "mentions", "keys": ["rag"]}, searching)["text"] == (0, 1)
    both = {"measure": "mentions", "all": [["rag"], ["servers"]]}
    assert measure(both, postings)["guide"] == (1, 2)


def test_texts_can_be_asked_of_one_role_or_among_those_that_name_either() -> None:
    postings = batch(
        written("Call OpenAI"), written("Host Ollama"), written("Bake"),
        roles=(Role.AI_FIRST, Role.AI_SUPPORT, Role.AI_FIRST),
    )  # fmt: skip
    asked = {"measure": "texts", "phrases": ["openai"]}
    assert measure(asked, postings) == {"text": (1, 3)}
    assert measure(asked | {"among": ["ollama"]}, postings) == {"text": (1, 2)}
    assert measure(asked | {"role": "ai-first"}, postings) == {"text": (1, 2)}


def test_a_claim_that_cannot_be_told_is_measured_where_it_can_be_and_judged_nowhere() -> None:
    assert measure({"untold": True, "why": "nobody says"}, batch()) == {}
    assert measure({"measure": "titled", "ways": []}, batch(written("Bake"))) == {}
    assert holds({"untold": True, "least": 0.1}, (9, 10)) is None
    assert holds({"value": 0}, (0, 0)) is None


def test_a_number_of_the_first_batch_is_not_judged_on_another() -> None:
    assert holds({"value": 895}, (870, 870)) is False
    assert holds({"value": 895}, (870, 870), first=False) is None


def test_areas_are_counted_by_duties_and_once_a_posting() -> None:
    postings = batch(written("Tune; Test"), written("Bake"))
    postings[1] = replace(postings[1], duties=(CaseLine("Bake", "duty"),))
    by_duties = {"keys": ["rag"], "measure": "duties"}
    assert measure(by_duties, postings)["guide"] == (2, 3)
    by_postings = by_duties | {"measure": "mentions"}
    assert measure(by_postings, postings) == {"guide": (1, 2), "text": (2, 2)}


def test_what_readers_labelled_is_counted_by_id() -> None:
    read = replace(written("Bake"), id="3831852", text=None)
    claim = {"keys": ["rag"], "measure": "mentions", "ways": ["labelled"]}
    assert measure(claim, batch(read)) == {"labelled": (1, 1)}
    assert measure(claim, batch(replace(read, id="none"))) == {}


def test_a_tier_reaches_from_its_cut_off_to_the_next() -> None:
    claims = {claim["id"]: claim for claim in CLAIMS if "area" in claim}
    for area in PROBLEMS:
        told = [
            holds(claims[f"{area.key} by postings"], found)
            for found in ((10, 20), (4, 20), (1, 20), (0, 20))
        ]
        assert told == [tier == area.tier for tier in TIERS]
    stored = {"claims": {name: {"a": {"text": (10, 20)}} for name in claims}}
    assert agreement(claims, stored, "a", "text", "postings") == [20, 4, None]


def test_a_published_responsibility_is_found_in_one_line_or_told_where_it_is() -> None:
    posting = replace(
        written("Build fast search pipelines; Mentor young bakers"),
        id="8594191",
        responsibilities=(
            "Build search pipelines for shops",  # three of four words in one duty
            "Build pipelines and mentor bakers",  # two and two of four words, in both duties
            "Search pipelines, young mentor bakers, others elsewhere",
            "Paint boats",
        ),
    )
    found = measure_overlap(batch(posting))
    assert found["postings"] == 1
    assert found["found"]["all"]["n"] == 2
    assert found["parts"] == {"duty": 2, "": 2}


def test_what_stands_in_another_part_is_said() -> None:
    found = measure_overlap(batch(written("Build fast search pipelines"), part="requirement"))
    assert found["parts"] == {"requirement": 1}


def test_chance_asks_the_duties_of_another_posting() -> None:
    found = measure_overlap(
        batch(written("Build search pipelines"), written("Mentor young bakers"))
    )
    assert (found["found"]["all"]["n"], found["chance"]["n"], found["chance"]["of"]) == (2, 0, 2)


# ---------------------------------------------------------------- the command

RAW = """\
job_id: {id}
title: AI Engineer
company: Harbour Mutual
description: |
  What you will do
  - Build the retrieval pipeline of our harbour assistant.
  - Evaluate its answers with the pilots.
"""

STRUCTURED = """\
position:
  ai_type:
    type: ai-first
  responsibilities:
  - Build retrieval pipeline for the harbour assistant
  - Evaluate answers together with pilots
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    guide = tmp_path / "job-market"
    days = {"8594191": seeds.BATCHES[0], "1": seeds.BATCHES[0], "8110557": seeds.BATCHES[1]}
    for folder in ("data_raw", "data_structured", "_internal"):
        (guide / folder).mkdir(parents=True)
    for identifier in days:
        name = f"{identifier}_x.yaml"
        (guide / "data_raw" / name).write_text(RAW.format(id=identifier), "utf-8")
        (guide / "data_structured" / name).write_text(STRUCTURED, "utf-8")
    rows = "".join(f"AI Engineer,{key},{day}\n" for key, day in days.items())
    (guide / "_internal" / "all_jobs_dedup.csv").write_text(
        f"title,id,scraped_date\n{rows}", "utf-8"
    )
    build_corpus(guide, tmp_path / "corpus", warn=print)
    return tmp_path / "corpus"


def test_two_commands_measure_a_copy_of_the_guide(corpus: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        seeds.main, ["--corpus", str(corpus), "--output", str(tmp_path / "results")]
    )
    assert done.exit_code == 0, done.output
    written = (tmp_path / "results" / "seeds.json").read_text("utf-8")
    figures = json.loads(written)
    assert figures["postings"] == {seeds.BATCHES[0]: 2, seeds.BATCHES[1]: 1}
    assert figures["texts"] == {
        seeds.BATCHES[0]: 1,
        seeds.BATCHES[1]: 1,
    }  # one has no label of ours
    assert figures["claims"]["responsibilities"][seeds.BATCHES[0]] == {
        "guide": [4, 2],
        "text": [2, 1],
    }
    assert figures["overlap"][seeds.BATCHES[0]]["found"]["all"]["n"] == 2
    page = write_page(seeds.load_sections(), figures)
    assert "harbour" not in (written + page).lower()


def test_a_corpus_without_batches_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"all_jobs_dedup\.csv"):
        seeds.load_batches(tmp_path, RoleClassifier())


@pytest.mark.corpus
def test_the_stored_figures_of_the_guide_come_out_again(shared_corpus: Path, figures: Any) -> None:
    batches = seeds.load_batches(shared_corpus, RoleClassifier())
    for name, found in batches.items():
        assert len(found) == figures["postings"][name]
        for claim in CLAIMS:  # those that no model has a part in
            if claim.get("measure") in NO_MODEL:
                again = json.loads(json.dumps(measure(claim, found)))
                assert again == figures["claims"][claim["id"]][name], claim["id"]
