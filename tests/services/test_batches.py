"""A few at a time, nothing lost."""

from hypothesis import given
from hypothesis import strategies as st

from services.batches import batches


@given(st.lists(st.integers()), st.integers(1, 7))
def test_all_come_once_in_order_and_never_more_than_so_many(items: list[int], size: int) -> None:
    found = list(batches(items, size))
    assert [item for batch in found for item in batch] == items
    assert all(len(batch) == size for batch in found[:-1])
    assert all(1 <= len(batch) <= size for batch in found)
