"""The line model learns what lines are, from their words and from their neighbours."""

from pathlib import Path

import numpy as np
import pytest

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.cut.cutter import cut
from roleclass.training.evaluation import line_report
from roleclass.training.lines.context import context, shapes
from roleclass.training.lines.folds import CrossFit
from roleclass.training.lines.labels import best_lines, carry
from roleclass.training.prepared import Prepared, prepare


@pytest.fixture(scope="module")
def prepared(written_corpus: Path) -> Prepared:
    corpus = load_corpus(written_corpus, warn=print)
    return prepare(corpus, 2, warn=print, progress=lambda *_: None)


def test_it_learns_parts_works_and_areas(prepared: Prepared, written_corpus: Path) -> None:
    dev = load_corpus(written_corpus, warn=print).where(lambda p: p.split == "dev")
    figures = line_report(prepared.lines, dev)
    assert figures is not None
    assert figures["part"]["accuracy"] > 0.95  # written postings are easy
    assert figures["work"]["accuracy"] > 0.95
    assert figures["areas"]["line_micro_f1"] > 0.8


def test_out_of_fold_answers_come_from_a_model_that_has_not_seen_the_posting(
    prepared: Prepared,
) -> None:
    rows = prepared.corpus.encode()
    together = prepared.lines.predict(rows, prepared.fold)
    for k, model in enumerate(prepared.lines.by_fold):
        alone = model.predict([row for row, f in zip(rows, prepared.fold, strict=True) if f == k])
        of_fold = prepared.fold[together.cut.lines.row] == k
        np.testing.assert_allclose(together.part[of_fold], alone.part)


def test_a_posting_is_read_the_same_in_any_company(prepared: Prepared) -> None:
    model = prepared.lines.model
    rows = [*prepared.corpus.encode()[:6], b"", b"One line"]
    together = model.predict(rows)
    for k, row in enumerate(rows):
        alone = model.predict([row])
        of = together.cut.lines.row == k
        for name in ("part", "work", "areas"):
            np.testing.assert_allclose(
                getattr(together, name)[of], getattr(alone, name), atol=1e-12
            )


def test_probabilities_are_some(prepared: Prepared) -> None:
    scores = prepared.lines.model.predict([b"Build agents.\n\nAbout us\nWe bake."])
    assert scores.part.shape[1:] == (len(PARTS),)
    assert scores.work.shape[1:] == (len(WORKS),)
    assert scores.areas.shape[1:] == (len(AREAS),)
    np.testing.assert_allclose(scores.part.sum(axis=1), 1)
    assert ((scores.areas >= 0) & (scores.areas <= 1)).all()


def test_a_heading_is_heard_until_the_posting_ends_and_not_in_the_next() -> None:
    lines = cut([b"Intro line here.\nDuties:\n- Bake.\n- Sell.", b"Bake bread."]).lines
    logits = np.zeros((len(lines.row), 34))
    logits[1, PARTS.index("other")] = 9.0  # the heading
    logits[1, 5 + PARTS.index("duty")] = 9.0  # announces duties
    announced = context(lines, logits)[:, 59 + PARTS.index("duty")]
    assert (announced > 0.9).tolist() == [False, False, True, True, False]


def test_labels_go_to_the_line_that_shares_most_of_the_span(written_corpus: Path) -> None:
    corpus: Corpus = load_corpus(written_corpus, warn=print)
    rows = corpus.encode()
    lines = cut(rows).lines
    labels = carry(corpus.postings, rows, lines)
    titles = np.append(True, lines.row[1:] != lines.row[:-1])
    assert (labels.part[titles] == -1).all()
    assert (labels.part[~titles] >= 0).all()
    for k, posting in enumerate(corpus.postings[:5]):
        at = best_lines(posting, rows[k], lines, k)
        assert [PARTS[p] for p in labels.part[at]] == [line.part for line in posting.lines]


def test_no_postings_have_no_lines(prepared: Prepared) -> None:
    assert prepared.lines.model.predict([]).part.shape == (0, len(PARTS))
    lines = cut([b"", b"?"]).lines
    assert shapes(lines).shape[0] == context(lines, np.zeros((0, 34))).shape[0] == 0
    assert isinstance(prepared.lines, CrossFit)
