"""Worlds with and without a campaign, and who is linked in them."""

from tests.linking.world import World, link


def campaign(world, accounts=30, calls=8, name="bad"):
    """Accounts that fill one template of 40 words, with slots of 1 to 300 words."""
    opening, ending = world.words(24), world.words(16)
    held = [world.account(f"{name}{number}") for number in range(accounts)]
    for account in held:
        for _ in range(calls):
            slot = world.words(world.random.randint(1, 300))
            world.send(account, [*opening, *slot, *ending])
    return held


def test_a_template_links_its_accounts_whatever_stands_in_its_slots(tmp_path):
    """Thirty accounts with slots of 1 to 300 words are one group, and nobody else is in it."""
    world = World()
    world.honest(200)
    held = campaign(world)
    assert link(world, tmp_path).members == [set(held)]


def test_honest_accounts_are_not_linked(tmp_path):
    """Three hundred people who share a language share no template that tells."""
    world = World()
    world.honest(300)
    assert link(world, tmp_path).members == []
