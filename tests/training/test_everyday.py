"""Written postings for the training: jobs of all kinds, and pages that are no posting."""

from roleclass import Role
from roleclass.training.everyday import everyday_postings


def test_lines_stand_where_they_say() -> None:
    for posting in everyday_postings():
        assert posting.lines
        for before, line in zip((None, *posting.lines), posting.lines, strict=False):
            said = posting.text[line.start : line.end]
            assert said == said.strip() != ""
            assert before is None or before.end <= line.start


def test_jobs_have_duties_and_pages_have_none() -> None:
    for posting in everyday_postings():
        duties = [line for line in posting.lines if line.part == "duty"]
        assert bool(duties) == (posting.role != Role.UNCLEAR)


def test_what_makes_a_job_what_it_is_stands_in_it() -> None:
    of_role = {Role.AI_FIRST: "genai", Role.ML_FIRST: "ml", Role.AI_SUPPORT: "near-ai"}
    for posting in everyday_postings():
        if posting.role in of_role:
            works = {line.work for line in posting.lines if line.part == "duty"}
            assert of_role[posting.role] in works <= {of_role[posting.role], "none"}


def test_the_variants_of_a_job_stay_on_one_side_of_a_fold() -> None:
    groups: dict[str, set[str | None]] = {}
    for posting in everyday_postings():
        if posting.role != Role.UNCLEAR:
            groups.setdefault(posting.group, set()).add(posting.title)
    assert all(len(titles - {None}) <= 1 for titles in groups.values())


def test_the_same_seed_gives_the_same_postings() -> None:
    assert everyday_postings(1) == everyday_postings(1) != everyday_postings(2)
