from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from roleclass.engine import batches
from roleclass.engine.batches import BATCH_LENGTH, BATCH_POSTINGS, WINDOW_LENGTH, WINDOW_POSTINGS
from roleclass.engine.inputs import TextAndTitle

LENGTHS = st.lists(st.one_of(st.integers(0, 300), st.integers(0, 3 * BATCH_LENGTH)), max_size=200)


def of_lengths(lengths: list[int]) -> list[TextAndTitle]:
    return [("x" * length, None) for length in lengths]


def windows(postings: Iterable[TextAndTitle]) -> Iterator[list[TextAndTitle]]:
    return batches.windows(postings, lambda posting: len(posting[0]))


@given(LENGTHS)
def test_every_posting_is_in_one_batch_and_batches_grow(lengths: list[int]) -> None:
    places = [i for batch in batches.batches(lengths) for i in batch]
    assert sorted(places) == list(range(len(lengths)))
    sizes = [lengths[i] for i in places]
    assert sizes == sorted(sizes)


@given(LENGTHS)
def test_a_batch_is_bounded_unless_one_posting_alone_is_longer(lengths: list[int]) -> None:
    for batch in filter(None, batches.batches(lengths)):
        assert len(batch) <= BATCH_POSTINGS
        assert len(batch) == 1 or len(batch) * lengths[batch[-1]] <= BATCH_LENGTH


def test_no_more_is_read_than_a_window_holds() -> None:
    read = 0

    def endless(text: str) -> Iterator[TextAndTitle]:
        nonlocal read
        while True:
            read += 1
            yield text, "a title"

    next(windows(endless("short")))
    assert read == WINDOW_POSTINGS
    read = 0
    next(windows(endless("x" * (WINDOW_LENGTH // 4))))
    assert read == 4


@given(LENGTHS)
def test_answers_come_in_the_order_of_the_postings(lengths: list[int]) -> None:
    assert list(batches.stream(of_lengths(lengths), lambda rows: map(len, rows))) == lengths


def test_the_title_counts_as_length() -> None:
    postings = [("short", "with a long title"), ("a longer text", None)]
    asked: list[list[bytes]] = []
    list(batches.stream(postings, lambda rows: asked.append(rows) or rows))
    assert [row[:5] for row in asked[0]] == [b"a lon", b"with "]
