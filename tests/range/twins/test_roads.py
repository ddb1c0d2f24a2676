"""Tests of the roads of twins: straight, moving, and around another provider."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import msgspec
import pytest

from stillwatch_range.accounts import account
from stillwatch_range.clients.encode import raw
from stillwatch_range.model import HOUR_US, Ask, Called, Label, Plan, Planned, Reply, Truth
from stillwatch_range.roads import Direct
from stillwatch_range.twins.elsewhere import Router
from stillwatch_range.twins.moves import Moves
from tests.range.twins.seen import START_US, world

OLD, NEW = (account(world(), Label("twin", "x"), "roads", number) for number in range(2))
THINKING = {"type": "thinking", "thinking": "hm", "signature": "c2VhbA=="}
TEXT = {"type": "text", "text": 'well, the "thinking" is done'}


@dataclass
class Counter:
    """A provider that keeps what it is sent and gives one status."""

    status: int = 200
    got: list = field(default_factory=list)

    def serve(self, ask, account):
        """Keep the request."""
        self.got.append((ask, account))
        return Reply(self.status, ask.at_us + 1)


def asked(at_us, wire="messages", items=(), conversation=1):
    """A request."""
    name = "input" if wire == "responses" else "messages"
    return Ask(
        at_us=at_us,
        wire=wire,
        path="/v1/x",
        headers=[("Content-Length", "0")],
        body={name: [raw(item) for item in items]},
        plan=Plan("ok", calls=(Planned("shell", {"command": "ls"}),)),
        ip="100.64.0.1",
        asn=64512,
        truth=Truth("p", conversation),
    )


def test_direct_goes_to_its_account():
    """A plain road changes nothing."""
    provider = Counter()
    ask = asked(5)
    Direct(provider, OLD).send(ask)
    assert provider.got == [(ask, OLD)]


def test_moves_at_its_times():
    """Requests go to the account of their time, the change included."""
    provider = Counter()
    road = Moves(provider, (OLD, NEW), (100,))
    for at_us in (99, 100, 101):
        road.send(asked(at_us))
    assert [one for _, one in provider.got] == [OLD, NEW, NEW]


def crossing(wire, items):
    """The second request of a conversation whose account changed, as the provider gets it."""
    provider = Counter()
    road = Moves(provider, (OLD, NEW), (100,), drops=True)
    road.send(asked(99, wire))
    road.send(asked(101, wire, items))
    ask = provider.got[1][0]
    return ask, [msgspec.json.decode(item) for item in ask.items]


def test_old_reasoning_is_left_behind():
    """Signed blocks go, everything else stays, and the length header is right again."""
    items = [
        {"role": "user", "content": 'about "thinking"'},
        {"role": "assistant", "content": [THINKING, TEXT]},
    ]
    ask, kept = crossing("messages", items)
    assert kept == [items[0], {"role": "assistant", "content": [TEXT]}]
    assert int(dict(ask.headers)["Content-Length"]) > 50


def test_old_reasoning_items_are_left_behind():
    """On the responses wire whole items of reasoning go."""
    items = [{"type": "reasoning", "encrypted_content": "x"}, {"role": "user", "content": "on"}]
    assert crossing("responses", items)[1] == items[1:]


def test_chat_has_nothing_to_leave():
    """The chat wire carries no signatures."""
    items = [{"role": "user", "content": '"thinking"'}]
    assert crossing("chat", items)[1] == items


def test_new_conversations_keep_their_reasoning():
    """What begins after the change is not touched."""
    provider = Counter()
    road = Moves(provider, (OLD, NEW), (100,), drops=True)
    ask = asked(101, items=[{"role": "assistant", "content": [THINKING]}], conversation=2)
    road.send(ask)
    assert provider.got[0][0] is ask


def router(status=200, share=0.0):
    """A router, and the provider behind it."""
    provider = Counter(status)
    return Router(Direct(provider, OLD), 3, share), provider


def test_router_passes_answers_on():
    """While ours answers, the router is not seen."""
    road, provider = router()
    assert road.send(asked(START_US)).at_us == START_US + 1
    assert len(provider.got) == 1


@pytest.mark.parametrize("status", [429, 500, 529])
def test_router_falls_back(status):
    """Where ours fails, another provider answers with an id of its own and no reasoning."""
    road, _ = router(status)
    reply = road.send(replace(asked(START_US), plan=Plan("ok", "hm", (Planned("shell", {}),))))
    assert reply.ok
    calls = [block for block in reply.content if isinstance(block, Called)]
    assert len(calls) == 1
    assert len(reply.content) == 2


def test_router_lets_wrong_requests_fail():
    """A request that ours refuses as wrong is not tried elsewhere."""
    assert router(400)[0].send(asked(START_US)).status == 400


def test_router_stays_away_for_a_while():
    """Failures last: inside one, request after request goes elsewhere, then ours is back."""
    road, provider = router(share=0.5)
    for minute in range(24 * 60):
        road.send(asked(START_US + minute * HOUR_US // 60))
    times = [ask.at_us for ask, _ in provider.got]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 600 < len(times) < 1400
    assert max(gaps) > HOUR_US // 6
    assert sum(gap > HOUR_US // 60 for gap in gaps) < 40


def test_foreign_ids_keep_one_shape():
    """One router has one other provider: its ids look alike and never repeat."""
    road, _ = router(529)
    replies = [road.send(asked(START_US + n)) for n in range(50)]
    ids = [reply.content[-1].id for reply in replies]
    assert len(set(ids)) == 50
    assert len({one[:5] for one in ids}) == 1
