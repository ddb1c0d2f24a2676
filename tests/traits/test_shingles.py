"""Sketches of texts: the same wherever a text stands, keyed, and sharing what texts share."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.traits.shingles import CHUNK_BYTES, EDGE_CHARS, MOST, Shingler, Sketches

SHINGLER = Shingler(b"one key" * 5)
TEXTS = st.text(max_size=120) | st.text("ab 1_<>A、界ก😀", max_size=60)
SKELETON = (
    "Below is a problem from the collection. Work through it with care, number every step that "
    "you take, check the result against the units, and put the final value between <result> tags. "
    "Problem: {} End of the problem. Remember that the value alone belongs between the tags, and "
    "that steps which were left out cost points."
)
LANGUAGES = {
    "chinese": (
        "请仔细阅读下面的题目。一步一步写出你的推理过程。最后给出答案。题目 {}",
        "小明有三个苹果",
    ),
    "japanese": (
        "次の問題を注意深く読み、手順を一つずつ書いてください。問題 {}",
        "林檎が三つあります",
    ),
    "thai": ("โปรดอ่านโจทย์ต่อไปนี้อย่างละเอียดแล้วเขียนขั้นตอนทั้งหมด โจทย์: {}", "มีแอปเปิ้ลสามผล"),
    "arabic": (
        (
            "اقرأ المسألة التالية بعناية ثم اكتب كل خطوة من خطوات الحل بالترتيب وضع الناتج النهائي "
            "وحده في السطر الأخير من غير أي شرح إضافي بعده. المسألة: {}"
        ),
        "لدي ثلاث تفاحات",
    ),
    "hindi": (
        (
            "नीचे दिए गए प्रश्न को ध्यान से पढ़ें और हर चरण को क्रम से लिखें, फिर अंतिम उत्तर को सबसे नीचे की "
            "पंक्ति में अकेले लिखें और उसके बाद कुछ न लिखें। प्रश्न: {}"
        ),
        "मेरे पास तीन सेब हैं",
    ),
    "russian": (
        (
            "Прочитайте задачу внимательно и запишите по порядку каждый шаг решения, затем поставьте "
            "ответ в последней строке и ничего больше не добавляйте. Задача: {}"
        ),
        "три яблока",
    ),
    "korean": (
        (
            "아래 문제를 주의 깊게 읽고 풀이 단계를 하나씩 차례대로 적은 다음 마지막 줄에 최종 답만 따로 쓰고 그 "
            "뒤에는 아무 설명도 덧붙이지 마십시오 그리고 계산 과정은 줄마다 나누어 적어 주세요 문제는 {}"
        ),
        "사과가 세 개",
    ),
    "code": (
        (
            "def solve(items):\n    total = 0\n    for item in items:\n        total += item.value\n"
            "    return total\n\n# explain why solve(items) is slow when {} and write it again with "
            "numpy, keep the name of the function and its arguments"
        ),
        "the list is long",
    ),
}


def anchors(text: str) -> set[int]:
    """The anchors of one text."""
    return set(SHINGLER.sketch([text]).of(0).tolist())


def words_of(text: str) -> int:
    """How many words a text has."""
    return int(SHINGLER.sketch([text]).words[0])


def filler(seed: int, words: int) -> str:
    """Words that no other seed gives."""
    draw = random.Random(seed)
    return " ".join("".join(draw.choices("abcdefghijklmnop", k=7)) for _ in range(words))


def same(one: Sketches, place: int, other: Sketches, at: int) -> bool:
    """Whether two sketches say the same of a text."""
    return one.words[place] == other.words[at] and np.array_equal(one.of(place), other.of(at))


@given(st.lists(TEXTS, max_size=6), TEXTS, st.lists(TEXTS, max_size=6))
def test_neighbours_do_not_matter(before: list[str], text: str, after: list[str]) -> None:
    """A text has the same sketch alone and among others."""
    together = SHINGLER.sketch([*before, text, *after])
    assert same(together, len(before), SHINGLER.sketch([text]), 0)


@given(TEXTS)
def test_anchors_are_few_and_in_order(text: str) -> None:
    """Anchors are sorted, each is there once, they fit a column and there are never too many."""
    found = SHINGLER.sketch([text]).of(0)
    assert found.dtype == np.int64
    assert len(found) <= MOST
    assert np.all(found[1:] > found[:-1])
    assert np.all(found >= 0)


def test_many_texts_at_once() -> None:
    """A text of a large batch has the sketch that it has alone, also past a chunk's end."""
    texts = [filler(seed, 60) for seed in range(3 * CHUNK_BYTES // 480)]
    together = SHINGLER.sketch(texts)
    assert len(together.ends) == len(texts)
    for place in (0, len(texts) // 2, len(texts) - 1):
        assert same(together, place, SHINGLER.sketch([texts[place]]), 0)


def test_more_empty_texts_than_a_chunk_has_numbers() -> None:
    """Very many very short texts keep their own anchors."""
    texts = [*[""] * 70_000, "rule_7 of <tag>", *["a"] * 70_000]
    together = SHINGLER.sketch(texts)
    assert same(together, 70_000, SHINGLER.sketch(["rule_7 of <tag>"]), 0)
    assert together.ends[69_999] == 0


def test_nothing_in_nothing_out() -> None:
    """No texts give no sketches; empty and blank texts have neither words nor anchors."""
    assert len(SHINGLER.sketch([]).ends) == 0
    for text in ("", " \n\t", "…!?", "\0"):
        assert (words_of(text), anchors(text)) == (0, set())


def test_key_matters() -> None:
    """Under another key a text has other anchors."""
    text = SKELETON.format("one")
    other = set(Shingler(b"other key" * 4).sketch([text]).of(0).tolist())
    assert len(anchors(text)) > 10
    assert not anchors(text) & other


@pytest.mark.parametrize("words", [0, 3, 40, 200, 1_000, 20_000])
def test_skeleton_stays_whatever_fills_the_slot(words: int) -> None:
    """Two texts of one template share its anchors, however long the slot is."""
    skeleton = anchors(SKELETON.format("\0"))
    one, other = (anchors(SKELETON.format(filler(seed, words))) for seed in (1, 2))
    kept = one & other & skeleton
    assert len(kept) >= 0.85 * len(skeleton)
    assert len(one & other) <= 1.1 * len(skeleton)


@pytest.mark.parametrize("language", LANGUAGES)
def test_skeleton_is_found_in_any_language(language: str) -> None:
    """Texts of one template share anchors; another text in the same script shares none."""
    template, value = LANGUAGES[language]
    one, other = anchors(template.format(value)), anchors(template.format("42, 17"))
    assert len(one & other) >= 3
    assert not other & anchors(value * 5)


def test_case_spaces_and_numbers_do_not_matter() -> None:
    """Anchors do not depend on ASCII case, white space, punctuation or the digits of a number."""
    text = "please solve problem number 17 of the 2024 list, then give the answer"
    assert anchors(text) == anchors(
        "Please  solve\nproblem number 4 of THE 31 list — then give the answer!"
    )


def test_identifiers_are_anchors_alone() -> None:
    """A word that looks like an identifier is an anchor whatever stands around it."""
    for name in ("step_id", "modelName", "item7", "<result>"):
        lone = anchors(name)
        assert len(lone) == 1
        assert lone <= anchors(f"something else {name} in the middle")
    assert anchors("word") == set()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two words", 2),
        ("世界和平", 4),
        ("ไทย", 3),
        ("ひらがな カタカナ", 8),
        ("안녕하세요 세계", 2),
        ("GPT模型5", 4),
        ("x" * 5_000, 1),
        ("it's 3.14—more", 5),
    ],
)
def test_words(text: str, words: int) -> None:
    """Words are runs of letters, or letters in scripts without spaces."""
    assert words_of(text) == words


def test_long_words_count_whole_up_to_a_length() -> None:
    """Words that differ anywhere are two; of endless ones only the middle is not read."""
    word = filler(3, 8).replace(" ", "")
    for place in range(len(word)):
        other = f"{word[:place]}Z_{word[place + 1 :]}"
        assert not anchors(other) & anchors(f"{other}z")
        assert not anchors(other) & anchors(f"{word[:place]}Y_{word[place + 1 :]}")
    endless = f"a_{word * 9}"
    changed = endless.replace("a_", "b_"), f"{endless}z", f"{endless[:-1]}z"
    assert len(anchors(endless)) == 1
    assert not any(anchors(one) & anchors(endless) for one in changed)
    assert anchors(endless) == anchors(f"{endless[:200]}z{endless[201:]}")


def test_long_texts_are_read_at_their_ends() -> None:
    """A megabyte costs as little as its ends, and its length is estimated from them."""
    text = "lorem ipsum " * 90_000
    assert words_of(text) == pytest.approx(180_000, rel=0.02)
    middle = "unmistakable_middle_name"
    ends = filler(1, 2 * EDGE_CHARS), filler(2, 2 * EDGE_CHARS)
    assert not anchors(f"{ends[0]} {middle} {ends[1]}") & anchors(middle)


def test_broken_text_is_read() -> None:
    """Lone surrogates and zero bytes separate or stand for words, and nothing fails."""
    assert words_of("one\0two \ud800 three") == 3
