from __future__ import annotations

from dataclasses import replace

import pytest
from view_source import FakeOperator, FakePlan, FakeSource, complaints, learning, protocol, tiny

from lester_jupyter.rewriting.types import CheckedInput, Finding, Verification
from lester_jupyter.widgets.payload import plan_payload, verdict, verification_payload


def as_json(value):
    """Tuples are lists once they have gone over the wire."""
    import json

    return json.loads(json.dumps(value))


def test_plan_payload_is_the_example():
    payload = plan_payload(tiny(), plan_id="p1", title="tiny", original="a\nb\nc\nd\ne\nf\n", rewritten="A\nB\nC\n")
    assert as_json(payload) == protocol("plan")


def test_plan_payload_of_learning_is_the_example():
    assert as_json(plan_payload(learning(), plan_id="p2", title="learning")) == protocol("plan_learning")


def test_plan_payload_says_what_was_learned():
    operators = {o["id"]: o for o in plan_payload(learning(), plan_id="p")["operators"]}
    assert operators["o6"]["label"] == "2 columns → 3 features"
    assert operators["o6"]["detail"] == "3 rows · 3 features"
    assert operators["o7"]["detail"] == "3 rows · 3 features"
    assert operators["o12"]["detail"] == "accuracy 0.667 · of 1 row"


def test_plan_payload_names_the_first_columns_only():
    source = tiny()
    wide = replace(source.plan.operators[0], columns=[f"c{i}" for i in range(1000)])
    first = plan_payload(FakeSource(FakePlan([wide]), source.tables, source.parents), plan_id="p")["operators"][0]
    assert (first["width"], len(first["columns"]), first["columns"][-1]) == (1000, 200, "c199")


def test_plan_payload_says_what_became_of_the_rows():
    details = {o["kind"]: o["detail"] for o in plan_payload(complaints(), plan_id="p")["operators"]}
    assert details["scan"] == "24 rows · 4 columns"
    assert details["distinct"] == "8 → 6 rows"
    assert details["join"] == "20 ⋈ 6 → 20 rows"
    assert details["extend"] == "20 rows · +1 column"
    assert details["select"] == "11 → 4 columns"


def test_plan_payload_marks_what_is_not_exact_and_takes_unknown_kinds():
    source = tiny()
    odd = FakeOperator("o3", "quantum_sort", "?\u202e", ("o1", "o2"), ["k", "x", "y"], exact=False)
    strange = FakeSource(FakePlan([*source.plan.operators[:2], odd]), source.tables, source.parents)
    last = plan_payload(strange, plan_id="p")["operators"][-1]
    assert (last["kind"], last["label"]) == ("quantum_sort", "?⟨U+202E⟩")
    assert last["detail"] == "3 + 2 → 2 rows · lineage ≈"


def test_plan_payload_of_no_operators_is_empty():
    assert plan_payload(FakeSource(FakePlan([]), {}, {}), plan_id="p")["operators"] == []


def test_verification_payload_is_the_example():
    verification = Verification(
        verified=False,
        checked=(
            CheckedInput("the real inputs", "equal"),
            CheckedInput("the real inputs, with other seeds", "equal"),
            CheckedInput("a", "equal"),
            CheckedInput("b", "original-raised"),
            CheckedInput("c", "equal"),
            CheckedInput("d", "equal"),
            CheckedInput(
                "customers.csv: row 3 deleted",
                "different",
                detail="row 0 of 'data' differs",
                row=0,
                original_row="('hello', 'UK')",
                rewritten_row="('hello', 'DE')",
            ),
        ),
        findings=(Finding("not-lifted", "info", "Nothing else."),),
    )
    own = Finding("state-across-rows", "warning", "A counter runs across rows.", (4, 6), "Use the row number.")
    assert as_json(verification_payload(verification, [own])) == protocol("verification")


def test_verification_payload_says_a_finding_once():
    finding = Finding("leakage", "warning", "Fitted before the split.")
    payload = verification_payload(Verification(verified=True, findings=(finding,)), [finding])
    assert [f["kind"] for f in payload["findings"]] == ["leakage"]


def test_verification_payload_of_nothing_is_none():
    assert verification_payload(None) is None
    assert verification_payload(None, [Finding("not-lifted", "error", "x")])["verified"] is False


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (1, "Verified: equal on the real inputs and on 1 changed input"),
        (24, "Verified: equal on the real inputs and on 24 changed inputs"),
    ],
)
def test_verdict_names_the_evidence(changed, said):
    assert verdict({"verified": True, "changed": changed, "counterexample": None, "findings": []}) == said
