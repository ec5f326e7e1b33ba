import threading
from collections.abc import Iterator

import pytest

from roleclass.engine.parallel import map_ahead


def test_results_come_in_order_though_the_first_takes_longest() -> None:
    last_is_done = threading.Event()

    def slow_first(i: int) -> int:
        if i == 0:
            assert last_is_done.wait(10)
        if i == 3:
            last_is_done.set()
        return i

    assert list(map_ahead(slow_first, range(4), threads=2, spare=2)) == [0, 1, 2, 3]


@pytest.mark.parametrize(("threads", "spare"), [(1, 1), (2, 1), (2, 4)])
def test_no_more_is_read_than_is_in_flight(threads: int, spare: int) -> None:
    read = 0

    def endless() -> Iterator[int]:
        nonlocal read
        while True:
            read += 1
            yield read

    results = map_ahead(abs, endless(), threads, spare)
    for taken in range(1, 6):
        assert next(results) == taken
        assert read == taken + threads + spare - 1


def test_an_exception_stands_in_its_items_place() -> None:
    results = map_ahead(lambda n: 1 // n, [1, 1, 0, 1], threads=2)
    assert [next(results), next(results)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_what_was_read_before_the_source_failed_comes_out_before_its_exception(
    threads: int,
) -> None:
    def source() -> Iterator[int]:
        yield from range(3)
        raise OSError("the disk")

    results = map_ahead(abs, source(), threads, spare=4)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="the disk"):
        next(results)
