from stillwatch_range.campaigns.material import LONGEST, Material
from stillwatch_range.people.prompts import Prompt


def pool(count=50):
    return [Prompt(f"question {n}", ("en", "zh", "ru", "fr")[n % 4], "x") for n in range(count)]


def test_no_two_numbers_give_the_same_text():
    """The pool is gone through once, and then again and again in other variations."""
    material = Material(pool(), 1)
    assert len({material.item(n).text for n in range(5_000)}) == 5_000
    assert {material.item(n).turn for n in range(50)} == {0}


def test_first_pass_covers_the_whole_pool():
    """Every question is asked before any is asked again."""
    material = Material(pool(), 1)
    assert {material.item(n).text for n in range(50)} == {one.text for one in pool()}


def test_order_is_the_campaigns_own():
    """Two campaigns over one pool ask in another order."""
    orders = [[Material(pool(), seed).item(n).text for n in range(50)] for seed in (1, 2)]
    assert orders[0] != orders[1]


def test_repeated_and_long_prompts_are_left_out():
    """A text that stands twice in a pool is asked once; books are not asked."""
    material = Material([*pool(), *pool(), Prompt("x" * (LONGEST + 1), "en", "x")], 1)
    assert len(material) == 50
