"""Worlds with and without a campaign, and who is linked in them."""

import pytest

from stillwatch.linking.templates import KEPT
from stillwatch.traits.shingles import MOST
from tests.linking.world import DAY_US, SECOND_US, World, link


def template(world):
    """A wording with one slot, and how to fill it with words of ours."""
    opening, ending = world.words(24), world.words(16)

    def filled():
        return [*opening, *world.words(world.random.randint(1, 300)), *ending]

    return filled


def campaign(world, accounts=30, calls=8, name="bad", owner=None):
    """Accounts that fill one template of 40 words, with slots of 1 to 300 words."""
    text = template(world)
    held = [world.account(f"{name}{number}", owner) for number in range(accounts)]
    for account in held:
        for _ in range(calls):
            world.send(account, text())
    return held


def test_a_template_links_its_accounts_whatever_stands_in_its_slots(tmp_path):
    """Thirty accounts with slots of 1 to 300 words are one group, and nobody else is in it."""
    world = World()
    world.honest(200)
    held = campaign(world)
    answer = link(world, tmp_path)
    assert answer.members == [set(held)]
    assert {row["calls"] for row in answer.groups} == {8}
    assert {row["exchanges"] for row in answer.groups} == {8}
    assert all(0.8 <= row["stability"] <= 1 for row in answer.groups)


def test_tables_say_what_is_shared(tmp_path):
    """Templates count texts, calls and owners; calls carry texts; links say how it was formed."""
    world = World()
    world.honest(200)
    held = campaign(world)
    answer = link(world, tmp_path)
    name = answer.groups[0]["group_id"]
    formed = {row["what"] for row in answer.links}
    best = max(answer.templates, key=lambda row: row["calls"])
    assert best["template"] in formed
    assert (best["place"], best["calls"], best["accounts"], best["owners"]) == ("user", 240, 30, 30)
    assert best["blocks"] == 240
    carried = [row for row in answer.calls if row["template"] == best["template"]]
    assert {row["account"] for row in carried} == set(held)
    assert {row["group_id"] for row in carried} == {name}
    assert len({row["value"] for row in carried}) == 240
    assert {row["kind"] for row in answer.links} == {"template"}
    assert all(row["log10_lr"] > 1 and row["accounts"] == 30 for row in answer.links)


def test_a_thin_campaign_is_found_among_its_own_cover(tmp_path):
    """A template in one text of twenty, beside the ordinary use of the same accounts."""
    world = World()
    world.honest(300, texts=6)
    held = world.honest(20, texts=57, name="bad")
    text = template(world)
    for account in held:
        for _ in range(3):
            world.send(account, text())
    assert link(world, tmp_path).members == [set(held)]


def test_honest_accounts_are_not_linked(tmp_path):
    """Three hundred people who share a language share no template that tells."""
    world = World()
    world.honest(300)
    assert link(world, tmp_path).members == []


def test_a_popular_framework_forms_no_group(tmp_path):
    """A wording that a third of all owners send is common knowledge."""
    world = World()
    held = world.honest(300)
    prompt = world.words(60)
    for account in held[:100]:
        for _ in range(4):
            world.send(account, [*prompt, *world.words(20)], place="system")
    assert link(world, tmp_path).members == []


def test_accounts_of_one_owner_are_not_a_group(tmp_path):
    """An owner's fifty accounts share a template with nobody."""
    world = World()
    world.honest(200)
    campaign(world, accounts=50, owner=77)
    assert link(world, tmp_path).members == []


def test_rotated_wordings_are_one_group(tmp_path):
    """Six wordings that each account uses in turn belong together."""
    world = World()
    world.honest(200)
    wordings = [template(world) for _ in range(6)]
    held = [world.account(f"bad{number}") for number in range(24)]
    for account in held:
        for text in wordings * 2:
            world.send(account, text())
    answer = link(world, tmp_path)
    assert answer.members == [set(held)]
    assert len(answer.links) >= 6


def test_two_campaigns_stay_apart(tmp_path):
    """Two campaigns with a template each are two groups, also when three accounts work for both."""
    world = World()
    world.honest(200)
    one, two = campaign(world, name="one"), campaign(world, accounts=20, name="two")
    text = template(world)
    for account in [*one, *two[:3]]:
        for _ in range(3):
            world.send(account, text())
    found = link(world, tmp_path).members
    assert found[0] >= set(one)
    assert found[1] == set(two)
    assert len(found) == 2


def test_a_copier_of_everything_joins_nothing(tmp_path):
    """One account that sends everybody's templates does not make one group of four."""
    world = World()
    world.honest(200)
    texts = [template(world) for _ in range(4)]
    for number, text in enumerate(texts):
        for member in range(15):
            for _ in range(3):
                world.send(f"c{number}-{member}", text())
    for text in texts:
        for _ in range(3):
            world.send("copier", text())
    found = link(world, tmp_path).members
    assert [len(one - {"copier"}) for one in found] == [15] * 4


def test_a_text_counts_for_one_group(tmp_path):
    """A text that carries the wording of two groups is a call of one of them."""
    world = World()
    world.honest(200)
    one, two = world.words(30), world.words(30)
    for number in range(30):
        for _ in range(4):
            if number < 20:
                world.send(f"a{number}", [*one, *world.words(40)])
            if number >= 10:
                world.send(f"a{number}", [*two, *world.words(40)])
    for number in range(10, 20):
        for _ in range(4):
            world.send(f"a{number}", [*one, *world.words(9), *two])
    calls = link(world, tmp_path).calls
    by_text = {}
    for row in calls:
        by_text.setdefault(row["value"], set()).add(row["group_id"])
    assert len(set().union(*by_text.values()) - {None}) == 2
    assert all(len(held) == 1 for held in by_text.values())


def test_material_that_two_campaigns_work_on_does_not_mix_them(tmp_path):
    """Two campaigns with a wording each send the same long payloads: two groups, no mixing."""
    world = World()
    world.honest(200)
    payload = world.words(60)
    for name in ("one", "two"):
        wording = world.words(40)
        for number in range(15):
            for call in range(6):
                filled = payload if call % 2 else world.words(60)
                world.send(f"{name}{number}", [*wording, *filled, *world.words(20)])
    answer = link(world, tmp_path)
    assert sorted(map(sorted, answer.members)) == [
        sorted(f"{name}{number}" for number in range(15)) for name in ("one", "two")
    ]
    own = {row["group_id"]: row["account"][:3] for row in answer.calls if row["group_id"]}
    assert all(
        row["account"][:3] == own[row["group_id"]] for row in answer.calls if row["group_id"]
    )


def test_members_with_one_call_belong_where_most_come_back(tmp_path):
    """Of wording that is dealt out thinly some accounts have one call; of a public text most."""
    world = World()
    world.honest(200)
    dealt, public = template(world), template(world)
    for number in range(20):
        for _ in range(3 if number < 14 else 1):
            world.send(f"dealt{number}", dealt())
        for _ in range(3 if number < 4 else 1):
            world.send(f"public{number}", public())
    found = link(world, tmp_path).members
    assert {f"dealt{number}" for number in range(20)} in found
    assert {f"public{number}" for number in range(4)} in found


def test_an_equal_system_text_is_a_template(tmp_path):
    """A text without slots links those who send it in several conversations."""
    world = World()
    world.honest(200)
    prompt = world.words(50)
    for number in range(12):
        for _ in range(3):
            world.send(f"s{number}", prompt, place="system", intents=5)
    answer = link(world, tmp_path)
    assert answer.members == [{f"s{number}" for number in range(12)}]
    best = max(answer.templates, key=lambda row: row["calls"])
    assert (best["place"], best["blocks"], best["calls"], best["intents"]) == ("system", 1, 36, 5)


def test_a_public_question_is_no_template(tmp_path):
    """Ten people who each send the same long question once are not linked by it."""
    world = World()
    held = world.honest(200)
    question = world.words(120)
    for account in held[:10]:
        world.send(account, [*world.words(5), *question])
    assert link(world, tmp_path).members == []


def test_those_who_present_each_others_artefacts_are_linked(tmp_path):
    """Two owners are a group when one presents what was issued to the other."""
    world = World()
    world.honest(50)
    world.meet("a", "b", artefact=1)
    answer = link(world, tmp_path)
    assert answer.members == [{"a", "b"}]
    assert [row["kind"] for row in answer.links] == ["provenance"]


@pytest.mark.parametrize(("gap_s", "found"), [(20, [{"a", "b"}]), (600, [])])
def test_a_failed_text_that_another_owner_sends_at_once_links(tmp_path, gap_s, found):
    """Within a minute it tells; ten minutes later it does not."""
    world = World()
    world.honest(50)
    text = world.words(40)
    start = DAY_US // 2
    world.send("a", text, ts_us=start, status=429)
    world.send("b", text, ts_us=start + gap_s * SECOND_US)
    assert link(world, tmp_path).members == found


def test_the_order_of_rows_changes_nothing(tmp_path):
    """Every run says the same, in any order of rows."""
    world = World()
    world.honest(120)
    campaign(world, accounts=15)
    campaign(world, accounts=12, name="other")
    world.meet("a", "b", artefact=1)
    first = link(world, tmp_path)
    assert len(first.members) == 3
    assert link(world, tmp_path) == first
    assert link(world, tmp_path, shuffle=3) == first


def test_nothing_in_gives_nothing_out(tmp_path):
    """A store without texts has no templates and no groups."""
    answer = link(World(), tmp_path)
    assert (answer.templates, answer.calls, answer.groups, answer.links) == ([], [], [], [])


def test_work_in_parts_gives_the_same_answer(tmp_path, monkeypatch):
    """However few pairs are looked at at a time."""
    world = World()
    world.honest(100)
    campaign(world, accounts=12)
    whole = link(world, tmp_path)
    assert whole.members
    monkeypatch.setattr("stillwatch.linking.templates.PART_PAIRS", 100)
    assert link(world, tmp_path) == whole


def test_long_texts_are_cut_where_the_traits_cut_them():
    """What is not held against a long text is what was cut off."""
    assert KEPT == MOST


def test_requests_without_a_user_turn_count_one_by_one(tmp_path):
    """Where a conversation has no root, each request is a conversation."""
    world = World()
    world.honest(200)
    prompt = world.words(50)
    for number in range(12):
        for _ in range(3):
            row = world.send(f"s{number}", prompt, place="system")
            world.rows["blocks"][row - 1]["root"] = None
    assert link(world, tmp_path).members == [{f"s{number}" for number in range(12)}]
