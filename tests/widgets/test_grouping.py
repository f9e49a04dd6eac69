from __future__ import annotations

from dataclasses import replace

from view_source import complaints, learning

from lester_jupyter.widgets.folded import cards_of
from lester_jupyter.widgets.grouping import cards, lanes
from lester_jupyter.widgets.payload import plan_payload


def with_(operators, **changes):
    """The operators, some of them (by identifier) with other fields."""
    return [replace(o, **changes.get(o.id, {})) for o in operators]


def test_encoders_stand_on_the_card_of_their_features():
    found = cards(learning().plan.operators)
    assert {name: card for name, card in found.items() if name != card} == {
        "o4": "o6",
        "o5": "o6",
        "o8": "o10",
        "o9": "o10",
    }


def test_features_that_something_else_reads_keep_their_encoders_apart():
    operators = learning().plan.operators
    other = replace(operators[-1], id="o13", inputs=("o4", "o2"))
    assert cards([*operators, other])["o5"] == "o5"


def test_fits_and_transforms_do_not_share_a_card():
    # such cards could each need something of the other first
    mixed = with_(learning().plan.operators, o6={"inputs": ("o4", "o9")})
    assert cards(mixed)["o4"] == "o4"


def test_lanes_are_the_sides_of_the_split():
    found = lanes(learning().plan.operators)
    assert {name for name, lane in found.items() if lane is None} == {"o1"}
    assert {name for name, lane in found.items() if lane == "train"} == {"o2", "o4", "o5", "o6", "o7"}


def test_what_is_made_of_both_sides_is_in_no_lane():
    operators = learning().plan.operators
    both = replace(operators[0], id="o13", kind="union", inputs=("o2", "o3"))
    assert lanes([*operators, both])["o13"] is None


def test_plans_that_split_twice_have_no_lanes():
    operators = learning().plan.operators
    again = [replace(o, id=f"{o.id}b", inputs=("o3",)) for o in operators[1:3]]
    assert set(lanes([*operators, *again]).values()) == {None}


def test_cards_come_after_all_that_they_read():
    # in the plan, the features of the test side may stand before those of the train side that they are encoded with
    source = learning()
    order = ["o1", "o2", "o3", "o4", "o8", "o5", "o9", "o10", "o6", "o7", "o11", "o12"]
    by_id = {o.id: o for o in source.plan.operators}
    source.plan.operators[:] = [by_id[name] for name in order]
    done = set()
    for card in cards_of(plan_payload(source, plan_id="p")):
        assert {a.source for a in card.arrows} <= done
        done.add(card.operator["id"])
    assert len(done) == 8


def test_arrows_of_a_folded_card_are_one_for_each_card_before():
    found = {c.operator["id"]: c for c in cards_of(plan_payload(learning(), plan_id="p"))}
    said = {name: [(a.source, a.fits) for a in c.arrows] for name, c in found.items()}
    assert said["o6"] == [("o2", False)]
    assert said["o10"] == [("o3", False), ("o6", True)]
    assert said["o7"] == [("o6", True), ("o2", True)]
    assert [e["brief"] for e in found["o6"].encoders] == [("country", "OneHotEncoder → 2"), ("n", "StandardScaler → 1")]


def test_a_plan_without_learning_has_a_card_for_each_operator():
    payload = plan_payload(complaints(), plan_id="p")
    assert [c.operator["id"] for c in cards_of(payload)] == [o["id"] for o in payload["operators"]]
    join = next(c for c in cards_of(payload) if c.operator["kind"] == "join")
    assert [a.slot for a in join.arrows] == [0, 1]
