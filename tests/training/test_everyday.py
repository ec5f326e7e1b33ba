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
        assert bool(duties) == (posting.role == Role.OTHER)


def test_the_variants_of_a_job_stay_on_one_side_of_a_fold() -> None:
    groups: dict[str, set[str | None]] = {}
    for posting in everyday_postings():
        groups.setdefault(posting.group, set()).add(posting.title)
    assert all(len(titles - {None}) <= 1 for titles in groups.values())


def test_the_same_seed_gives_the_same_postings() -> None:
    assert everyday_postings(1) == everyday_postings(1) != everyday_postings(2)
