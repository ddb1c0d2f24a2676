"""A memo forgets what was not used lately, and never holds much more than its budget."""

from stillwatch.memo import Memo


def test_what_is_used_is_remembered():
    """A value that is asked for now and then outlives many that are not."""
    memo = Memo(10)
    memo.put("used", 1)
    for number in range(100):
        memo.put(number, number)
        assert memo.get("used") == 1
    assert memo.get(0) is None
    assert memo.get(99) == 99


def test_a_replaced_value_does_not_count_twice():
    """Putting one key again and again pushes nothing out."""
    memo = Memo(10)
    memo.put("other", 1)
    for number in range(100):
        memo.put("same", number, cost=4)
    assert (memo.get("other"), memo.get("same")) == (1, 99)


def test_what_is_forgotten_is_gone_and_makes_room():
    """A dropped value frees its share, in whichever generation it was."""
    memo = Memo(10)
    memo.put("other", 1)
    for number in range(100):
        memo.put(number, number, cost=4)
        memo.forget(number)
        memo.forget("never there")
        assert memo.get(number) is None
    assert memo.get("other") == 1
    memo.put("old", 1, cost=10)
    memo.put("young", 1)
    memo.forget("old")
    assert memo.get("old") is None
