"""The blocks of features, each against its formula."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from roleclass.training.features import PostingFeatures, Scales, frequent_ngrams
from tests.written import TITLES, posting

ROWS = [posting(role, seed).encode() for seed in range(10) for role in TITLES]


@pytest.fixture(scope="module")
def features() -> PostingFeatures:
    return PostingFeatures(max_ngrams=30, min_mentions=3).fit(ROWS)


def column(features: PostingFeatures, name: str, rows: list[bytes]) -> np.ndarray:
    return features.transform(rows)[:, features.feature_names().index(name)].toarray().ravel()


def test_every_column_has_a_name_of_its_own(features: PostingFeatures) -> None:
    names = features.feature_names()
    assert len(set(names)) == len(names) == features.transform(ROWS).shape[1]


def test_the_ngram_block_is_tf_idf_of_length_one(features: PostingFeatures) -> None:
    size = len(features.vocabulary_.ngrams)
    block = features.transform(ROWS)[:, :size].toarray()
    np.testing.assert_allclose(np.linalg.norm(block, axis=1), 1)
    one, two = (column(features, f"ngram:{w}", [b"rag rag pytorch"])[0] for w in ("rag", "pytorch"))
    idf = dict(zip(features.vocabulary_.ngrams, features.idf_, strict=True))
    assert one / two == pytest.approx((1 + np.log(2)) * idf[(b"rag",)] / idf[(b"pytorch",)])


def test_a_rare_ngram_has_no_tf_idf(features: PostingFeatures) -> None:
    # No written posting mentions it.
    assert column(features, "ngram:langsmith", [b"langsmith rag"])[0] == 0


def test_a_column_is_scaled_to_its_spread_on_the_training_postings() -> None:
    scales = Scales(density=0.5)
    features = PostingFeatures(min_mentions=3, scales=scales).fit(ROWS)
    assert column(features, "density:rag", ROWS).std() == pytest.approx(0.5)


def test_the_density_of_a_short_posting_is_not_taken_at_its_word(features: PostingFeatures) -> None:
    short, longer = (column(features, "density:rag", [b"rag " + b"x " * n])[0] for n in (4, 49))
    assert short == longer > column(features, "density:rag", [b"rag " + b"x " * 99])[0] > 0


def test_the_title_column_says_whether_not_how_often() -> None:
    titled = [b"AI Engineer\n" + row if i % 2 else row for i, row in enumerate(ROWS)]
    features = PostingFeatures(min_mentions=3).fit(titled)
    once, twice, never = (
        column(features, "title:ai_engineer", [title + b"\nBuild."])[0]
        for title in (b"AI Engineer", b"AI Engineer, AI Engineer", b"Baker")
    )
    assert once == twice > never == 0


def test_each_product_stands_once(features: PostingFeatures) -> None:
    names = features.feature_names()
    assert column(features, "product:generative AI with classical machine learning", ROWS).any()
    assert "product:classical machine learning with generative AI" not in names


def test_what_hardly_any_posting_fills_is_left_out() -> None:
    features = PostingFeatures(min_mentions=len(ROWS) + 1).fit(ROWS)
    names = features.feature_names()[len(features.idf_) :]
    assert {name.partition(":")[0] for name in names} == {"balance"}
    assert not features.weights_.any()


def test_small_words_are_no_feature(features: PostingFeatures) -> None:
    assert not {"density:english", "title:english"} & set(features.feature_names())


def test_an_empty_posting_has_finite_features(features: PostingFeatures) -> None:
    assert np.isfinite(features.transform([b"", b"\0"]).toarray()).all()


def test_it_must_be_fitted_first() -> None:
    with pytest.raises(NotFittedError):
        PostingFeatures().transform([b"x"])


def test_ties_in_frequency_are_broken_by_the_alphabet() -> None:
    assert frequent_ngrams([b"b a"], 3) == [(b"a",), (b"b",), (b"b", b"a")]
    assert frequent_ngrams([b"b a"], 0) == []
