"""Intervals hold their share; corrections and ranks are those of the books."""

from itertools import pairwise
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from roleclass.report.statistics import (
    DUTY_CUTOFFS,
    GroupedShares,
    Tally,
    adjusted,
    change,
    difference_p,
    rank_correlation,
    share,
    tier,
)

COUNTS = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(sorted)


@given(COUNTS)
def test_an_interval_holds_its_share(counts: list[int]) -> None:
    found = share(*counts)
    assert 0 <= found["low"] <= found["share"] <= found["high"] <= 1


def test_an_interval_is_wilsons() -> None:
    found = share(30, 100)
    expected = stats.binomtest(30, 100).proportion_ci(method="wilson")
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))


def test_nothing_of_nothing_can_be_any_share() -> None:
    assert share(0, 0) == {"n": 0, "of": 0, "share": 0.0, "low": 0.0, "high": 1.0}
    assert change(share(0, 0), share(0, 0))["low"] <= 0


@given(COUNTS, COUNTS)
def test_a_difference_is_judged_as_by_the_test_of_a_table_of_four(
    one: list[int], other: list[int]
) -> None:
    before, after = share(*one), share(*other)
    table = np.array([[n, of - n] for n, of in (one, other)])
    if (table.sum(0) > 0).all() and (table.sum(1) > 0).all():
        expected = stats.chi2_contingency(table, correction=False).pvalue
        assert isclose(difference_p(before, after), expected, rel_tol=1e-6, abs_tol=1e-12)
    else:
        assert difference_p(before, after) == 1


@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_correction_is_benjaminis_and_hochbergs(p: list[float]) -> None:
    found = adjusted(p)
    assert found == pytest.approx(stats.false_discovery_control(p).tolist() if p else [])
    # It never makes a smaller p the larger one.
    order = sorted(range(len(p)), key=p.__getitem__)
    assert all(found[i] <= found[j] for i, j in pairwise(order))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20))
def test_the_rank_correlation_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    x, y = zip(*pairs, strict=True)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert rank_correlation(x, y) is None
    else:
        assert rank_correlation(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_duties_of_one_posting_are_no_samples_of_their_own() -> None:
    alike, apart = GroupedShares(), GroupedShares()
    for i in range(50):
        alike.add({"rag": 10 * (i % 2)}, 10)  # a posting is all about it, or not at all
        apart.add({"rag": 5}, 10)
    one, other, alone = alike.share("rag"), apart.share("rag"), share(250, 500)
    assert one["share"] == other["share"] == alone["share"] == 0.5
    assert one["high"] - one["low"] > 2 * (alone["high"] - alone["low"])
    assert other["high"] - other["low"] < alone["high"] - alone["low"]
    assert alike.share("data")["n"] == 0


@pytest.mark.parametrize(
    ("of_duties", "expected"),
    [(0.1, "very common"), (0.09, "common"), (0.05, "common"), (0.02, "uncommon"), (0, "rare")],
)
def test_duties_have_cut_offs_of_their_own(of_duties: float, expected: str) -> None:
    assert tier(of_duties, DUTY_CUTOFFS) == expected


def test_a_tally_counts_a_posting_in_each_of_its_groups_and_none_is_no_group() -> None:
    tally = Tally()
    tally.add(["rag"], ["all", "May"])
    tally.add([], ["all", None])
    assert (tally.share("rag", "all")["share"], tally.share("rag", "May")["share"]) == (0.5, 1.0)
    assert dict(tally.of) == {"all": 2, "May": 1}
    assert tally.share("rag", "June")["of"] == 0
