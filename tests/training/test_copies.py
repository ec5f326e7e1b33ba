"""Training copies: what is put in is labelled, what was there stays where it was."""

from roleclass import Role
from roleclass.training.copies import SHARES, bare, copies, lenders
from roleclass.training.corpus import Corpus, LabelledPosting
from roleclass.training.cut.cutter import cut
from roleclass.training.spans import LineSpan

BLURB = "Larkspur makes AI agents that answer customers in forty languages."
DUTY = "Close the books of three entities each month."


def posting(name: str, *, title: str = "Accountant") -> LabelledPosting:
    text = f"{BLURB}\n{DUTY}"
    lines = (
        LineSpan(0, len(BLURB), "company", "ai-topic", ()),
        LineSpan(len(BLURB) + 1, len(text), "duty", "none", ("none",)),
    )
    return LabelledPosting(name, "jobs", f"company {name}", title, text, Role.OTHER, lines=lines)


CORPUS = Corpus(tuple(posting(str(i), title=f"title {i}") for i in range(60)))


def test_only_lines_about_ai_of_the_company_and_beyond_are_lent() -> None:
    lent = lenders(CORPUS)
    assert {line.text for line in lent["company"]} == {BLURB}
    assert not lent["nice-to-have"]
    assert not lent["notice"]


def test_labels_move_along_with_their_lines() -> None:
    changed = copies(CORPUS)
    assert any(len(copy.lines) > 2 for copy in changed)
    for copy in changed:
        for line in copy.lines:
            expected = {"company": BLURB, "duty": DUTY}[line.part]
            assert copy.text[line.start : line.end] == expected


def test_nothing_else_of_the_posting_changes() -> None:
    for before, after in zip(CORPUS, copies(CORPUS), strict=True):
        assert (before.id, before.role, before.group) == (after.id, after.role, after.group)
        assert DUTY in after.text
    titles = sum(a.title != b.title for a, b in zip(CORPUS, copies(CORPUS), strict=True))
    assert titles / len(CORPUS) < SHARES["title"] + 0.2


def test_a_short_copy_keeps_duties_and_requirements_where_they_say() -> None:
    texts = ["About us we bake.", *(f"Bake bread number {i}." for i in range(9)), "You can bake."]
    parts = ["company", *["duty"] * 9, "requirement"]
    place, lines = 0, []
    for text, part in zip(texts, parts, strict=True):
        lines.append(LineSpan(place, place + len(text), part, "none", ()))
        place += len(text) + 1
    one = LabelledPosting("1", "jobs", "a", None, "\n".join(texts), Role.OTHER, lines=tuple(lines))
    changed = copies(Corpus((one,) * 30))
    assert any(len(copy.lines) < len(one.lines) for copy in changed)
    for copy in changed:
        assert any(line.part == "duty" for line in copy.lines)
        for line in copy.lines:
            said = copy.text[line.start : line.end]
            assert parts[texts.index(said)] == line.part


def test_the_same_seed_gives_the_same_copies_and_another_seed_others() -> None:
    assert copies(CORPUS, 1) == copies(CORPUS, 1) != copies(CORPUS, 2)


def test_a_corpus_without_labelled_lines_lends_titles_only() -> None:
    bare = Corpus(
        tuple(LabelledPosting(str(i), "jobs", str(i), f"t{i}", DUTY, Role.OTHER) for i in range(9))
    )
    assert {copy.text for copy in copies(bare)} == {DUTY}


def test_bare_texts_hold_lines_of_one_part_and_nothing_else() -> None:
    texts = bare(CORPUS)
    assert [posting.lines[0].part for posting in texts[:2]] == ["company", "duty"]
    assert len(texts) == 2 * len(CORPUS)
    for posting in texts:
        assert posting.title is None
        said = [posting.text[line.start : line.end] for line in posting.lines]
        assert said == [{"company": BLURB, "duty": DUTY}[line.part] for line in posting.lines]
        assert "".join(said) == posting.text.strip()


def test_bare_lines_do_not_run_into_each_other() -> None:
    text = "Bake bread\nBrew tea.\nWash cups."
    ends = (10, 20, 31)
    starts = (0, 11, 21)
    lines = tuple(LineSpan(*span, "duty", "none", ()) for span in zip(starts, ends, strict=True))
    one = LabelledPosting("1", "jobs", "a", None, text, Role.OTHER, lines=lines)
    for posting in bare(Corpus((one,) * 40)):
        rows = [posting.encode()]
        assert len(cut(rows).lines.row) == len(posting.lines)
