"""The blocks of features, each against its formula, on postings whose lines are known."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.features import (
    NGRAM_SCALE,
    NGRAM_WORDS,
    PostingFeatures,
    Scales,
    frequent_words,
)
from roleclass.training.lines.model import LineModel, LineScores
from roleclass.training.measures import WEIGHTS, Measures
from roleclass.training.model import TrainingSet

DUTY, COMPANY = PARTS.index("duty"), PARTS.index("company")


def scores(model: LineModel, rows: list[bytes], parts: list[int], work: int = 0) -> LineScores:
    """Scores of postings whose lines are of the given parts, and all of one work."""
    words = model.read(rows)
    number = len(words.lines.row)
    return LineScores(
        words,
        np.eye(len(PARTS))[(parts * number)[:number]],
        np.eye(len(WORKS))[[work] * number],
        np.zeros((number, len(AREAS))),
    )


@pytest.fixture(scope="module")
def features(written_set: TrainingSet) -> PostingFeatures:
    return PostingFeatures(written_set.lines, min_mentions=3).fit(written_set.titled)


def columns(
    features: PostingFeatures, name: str, rows: list[bytes], parts: list[int]
) -> np.ndarray:
    measures = features.measure(scores(features.lines, rows, parts), len(rows))
    return features.columns(measures)[:, features.feature_names().index(name)].toarray().ravel()


def test_every_column_has_a_name_of_its_own(
    features: PostingFeatures, written_set: TrainingSet
) -> None:
    names = features.feature_names()
    assert len(set(names)) == len(names) == features.columns(written_set.titled).shape[1]


def test_an_ngram_counts_as_its_lines_weigh(features: PostingFeatures) -> None:
    rows = [b"rag agents"]
    idf = dict(zip(features.lines.ngrams, features.idf_, strict=True))[(b"rag",)]
    for part in (DUTY, COMPANY):
        weight = WEIGHTS[part]
        expected = NGRAM_SCALE * idf * weight / (2 * weight + NGRAM_WORDS)
        assert columns(features, "ngram:rag", rows, [part]) == pytest.approx(expected)


def test_a_mention_in_a_company_line_counts_less_than_in_a_duty(features: PostingFeatures) -> None:
    rows = [b"We build agents and rag for the team"]
    for name in ("density:agents", "balance:mentions of generative AI"):
        duty, company = (columns(features, name, rows, [part])[0] for part in (DUTY, COMPANY))
        assert duty > company > 0


def test_a_rare_ngram_has_no_column_of_its_own(features: PostingFeatures) -> None:
    # No written posting mentions it.
    assert columns(features, "ngram:langsmith", [b"langsmith rag"], [DUTY])[0] == 0


def test_a_column_is_scaled_to_its_spread_on_the_training_postings(
    written_set: TrainingSet,
) -> None:
    features = PostingFeatures(written_set.lines, min_mentions=3, scales=Scales(balance=0.5))
    features.fit(written_set.titled)
    name = "balance:share of generative AI"  # of no posting beyond the cut
    column = features.columns(written_set.titled)[:, features.feature_names().index(name)]
    assert column.toarray().std() == pytest.approx(0.5)


def test_the_title_column_says_whether_not_how_often(features: PostingFeatures) -> None:
    name = "title:ai_engineer"
    assert name in features.feature_names()
    once, twice, never = (
        columns(features, name, [title + b"\n\nBuild."], [PARTS.index("other"), DUTY])[0]
        for title in (b"AI Engineer", b"AI Engineer, AI Engineer", b"Baker")
    )
    assert once == twice > never == 0


def test_each_product_stands_once(features: PostingFeatures) -> None:
    names = features.feature_names()
    assert "product:generative AI with classical machine learning" in names
    assert "product:classical machine learning with generative AI" not in names


def test_what_hardly_any_posting_fills_is_left_out(written_set: TrainingSet) -> None:
    features = PostingFeatures(written_set.lines, min_mentions=10_000).fit(written_set.titled)
    names = features.feature_names()[len(features.idf_) :]
    assert {name.partition(":")[0] for name in names} == {"balance"}
    assert not features.weights_.any()


def test_small_words_are_no_concept(features: PostingFeatures) -> None:
    assert not {"density:english", "title:english"} & set(features.feature_names())


def test_an_empty_posting_has_finite_features(features: PostingFeatures) -> None:
    assert np.isfinite(features.transform([b"", b"\0", b"x"]).toarray()).all()


def test_measures_of_lines_add_up(features: PostingFeatures) -> None:
    rows = [b"Build agents.\n\nTest rag well.", b"", b"We sell."]
    measures = features.measure(features.lines.predict(rows), len(rows))
    assert isinstance(measures, Measures)
    np.testing.assert_allclose(measures.lines.sum(axis=(1, 2)), [2, 0, 1])
    np.testing.assert_allclose(measures.words.ravel(), [5, 0, 2])


def test_a_title_asks_nothing_but_a_sentence_in_its_place_does(features: PostingFeatures) -> None:
    rows = [b"Builder of agents\nLog in.", b"You build agents.\nLog in."]
    measures = features.measure(scores(features.lines, rows, [DUTY]), len(rows))
    assert measures.asked.tolist() == [2, 5]


def test_it_must_be_fitted_first(written_set: TrainingSet) -> None:
    with pytest.raises(NotFittedError):
        PostingFeatures(written_set.lines).columns(written_set.titled)


def test_words_of_too_few_postings_are_not_kept() -> None:
    assert frequent_words([b"b a", b"a a"], 2) == [(b"a",)]
    assert frequent_words([], 1) == []
