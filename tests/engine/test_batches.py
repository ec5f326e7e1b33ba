from collections.abc import Iterator
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from roleclass.engine import batches
from roleclass.engine.batches import BATCH_LENGTH, BATCH_POSTINGS, WINDOW_LENGTH, WINDOW_POSTINGS
from roleclass.engine.inputs import TextAndTitle

LENGTHS = st.lists(st.one_of(st.integers(0, 300), st.integers(0, 3 * BATCH_LENGTH)), max_size=200)


def of_lengths(lengths: list[int]) -> list[TextAndTitle]:
    return [("x" * length, None) for length in lengths]


@given(LENGTHS)
def test_every_posting_is_in_one_batch_and_batches_grow(lengths: list[int]) -> None:
    for window in batches.read(of_lengths(lengths)):
        places = [i for batch in window.batches for i in batch]
        assert sorted(places) == list(range(len(window.postings)))
        sizes = [len(window.postings[i][0]) for i in places]
        assert sizes == sorted(sizes)


@given(LENGTHS)
def test_a_batch_is_bounded_unless_one_posting_alone_is_longer(lengths: list[int]) -> None:
    for window in batches.read(of_lengths(lengths)):
        for batch in window.batches:
            assert len(batch) <= BATCH_POSTINGS
            longest = len(window.postings[batch[-1]][0])
            assert len(batch) == 1 or len(batch) * longest <= BATCH_LENGTH


def test_no_more_is_read_than_a_chunk_holds() -> None:
    read = 0

    def endless(text: str) -> Iterator[TextAndTitle]:
        nonlocal read
        while True:
            read += 1
            yield text, "a title"

    next(batches.read(endless("short")))
    assert read == WINDOW_POSTINGS
    read = 0
    next(batches.read(endless("x" * (WINDOW_LENGTH // 4))))
    assert read == 4


@given(LENGTHS, st.integers(1, 7))
def test_answers_come_in_the_order_of_the_postings(lengths: list[int], many: int) -> None:
    postings = of_lengths(lengths)
    windows = [
        window
        for start in range(0, len(postings), many)
        for window in batches.read(islice(postings, start, start + many))
    ]
    answered = (
        (window, batch, [window.postings[i] for i in batch])
        for window in windows
        for batch in window.batches
    )
    assert list(batches.in_order(answered)) == postings


def test_the_title_counts_as_length() -> None:
    [window] = batches.read([("short", "with a long title"), ("a longer text", None)])
    assert window.batches == [[1, 0]]
