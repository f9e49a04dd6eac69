from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from view_source import ORIGINAL, REWRITTEN, FakeOperator, FakePlan, FakeSource, complaints, protocol, tiny

from lester_jupyter.widgets.kinds import kind_of
from lester_jupyter.widgets.layout import layered
from lester_jupyter.widgets.messages import PLAN_MIME, REWRITE_MIME
from lester_jupyter.widgets.payload import plan_payload
from lester_jupyter.widgets.static import Record, as_html, as_text, bundle
from lester_jupyter.widgets.svg import ellipsis, plan_svg, text_width

VERIFIED = {"verified": True, "changed": 24, "counterexample": None, "findings": []}
HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b\"'&"


class Tags(HTMLParser):
    """Collects tags and attributes, and that every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], set(), set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"img", "br", "path", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def record(**changes):
    plan = plan_payload(complaints(), plan_id="p", title="complaints", original=ORIGINAL, rewritten=REWRITTEN)
    given = {
        "title": "complaints",
        "status": "verified",
        "original": ORIGINAL,
        "rewritten": REWRITTEN,
        "verification": VERIFIED,
        "plan": plan,
    }
    return Record(**(given | changes))


def test_the_train_side_stands_left_of_the_test_side():
    sizes = dict.fromkeys(["source", "test", "train", "features", "model", "encoded", "score"], (100.0, 36.0))
    inputs = {
        "source": [], "test": ["source"], "train": ["source"], "features": ["train"], "model": ["features", "train"],
        "encoded": ["test", "features"], "score": ["encoded", "model", "test"],
    }  # fmt: skip
    sides = {"train": -1, "features": -1, "model": -1, "test": 1, "encoded": 1, "score": 1}
    boxes = layered(sizes, inputs, sides).boxes
    assert boxes["train"].x < boxes["test"].x
    assert boxes["model"].x < boxes["encoded"].x


def test_text_is_a_numbered_tree_and_always_the_same():
    text = as_text(record())
    assert text == as_text(record())
    assert text.splitlines()[:3] == [
        "complaints · Verified: equal on the real inputs and on changed inputs",
        "  1 ▤ customers.csv                     8 rows · 5 columns",
        "  2 σ country in [UK, DE, FR]           8 → 8 rows           ← [1]",
    ]
    assert "  6 ⋈ inner on sender = email           20 ⋈ 6 → 20 rows     ← [5], [3]" in text


def test_text_leaves_out_what_depends_on_time():
    evidence = {"kind": "evidence", "severity": "info", "message": "on 141 of them", "lines": None, "hint": ""}
    slow = record(verification={**VERIFIED, "changed": 7, "findings": [evidence]})
    assert as_text(slow) == as_text(record())
    assert "on 7 changed inputs" in as_html(slow)
    assert "on 141 of them" in as_html(slow)


def test_text_names_the_counterexample_and_the_findings():
    text = as_text(record(status="unverified", verification=protocol("verification"), plan=None))
    assert text.splitlines() == [
        "complaints · Not verified",
        "  ! Differs on customers.csv: row 3 deleted: row 0 of 'data' differs",
        "  ! original  ('hello', 'UK')",
        "  ! rewritten ('hello', 'DE')",
        "  ! lines 4-6: A counter runs across rows. Hint: Use the row number.",
        "  ! Nothing else.",
    ]


@pytest.mark.parametrize(
    ("status", "verification", "said"),
    [
        ("working", None, "Working"),
        ("verified", VERIFIED, "Verified: equal on the real inputs and on 24 changed inputs"),
        ("accepted", VERIFIED, "Accepted · Verified: equal on the real inputs and on 24 changed inputs"),
        ("accepted", {**VERIFIED, "verified": False}, "Accepted · Not verified"),
        ("unverified", {**VERIFIED, "verified": False}, "Not verified"),
        ("refused", {**VERIFIED, "verified": False}, "Not rewritten"),
        ("failed", None, "Failed"),
    ],
)
def test_headline_says_state_and_evidence(status, verification, said):
    assert record(status=status, verification=verification).headline() == said


def test_html_holds_verdict_diff_drawing_and_list():
    html = as_html(record())
    tags = Tags(html)
    assert {"svg", "ol", "pre", "details"} <= tags.tags
    assert "Verified: equal on the real inputs and on 24 changed inputs" in html
    assert ">-customers = {}</div>" in html
    assert ">+import lester_jupyter as ld</div>" in html


def test_html_of_hostile_texts_is_text():
    operator = FakeOperator("o1", "scan", HOSTILE, (), [HOSTILE])
    source = FakeSource(FakePlan([operator]), {"o1": tiny().tables["o1"].iloc[:, :1]}, {"o1": []})
    plan = plan_payload(source, plan_id="p", title=HOSTILE, original=HOSTILE, rewritten=HOSTILE)
    finding = {"kind": "x", "severity": "error", "message": HOSTILE, "lines": (1, 1), "hint": HOSTILE}
    example = {"name": HOSTILE, "detail": HOSTILE, "row": 1, "original_row": HOSTILE, "rewritten_row": None}
    html = as_html(
        record(
            title=HOSTILE,
            status="unverified",
            original=HOSTILE + "\na",
            rewritten=HOSTILE + "\nb",
            message=HOSTILE,
            plan=plan,
            verification={"verified": False, "changed": 0, "counterexample": example, "findings": [finding]},
        )
    )
    tags = Tags(html)
    assert "img" not in tags.tags
    assert "script" not in tags.tags
    assert not [a for a in tags.attributes if a.startswith("on")]
    assert "\u202e" not in html
    assert "\x1b" not in html
    ET.fromstring(plan_svg(plan))


def test_bundle_has_every_form():
    data = bundle(record())
    assert set(data) == {"text/plain", "text/html", "image/svg+xml", PLAN_MIME, REWRITE_MIME}
    assert set(bundle(record(plan=None))) == {"text/plain", "text/html", REWRITE_MIME}


def test_svg_draws_every_operator_apart_from_the_others():
    svg = ET.fromstring(plan_svg(record().plan))
    space = "{http://www.w3.org/2000/svg}"
    cards = svg.findall(f"{space}g")
    assert len(cards) == 11
    places = [c.attrib["transform"] for c in cards]
    assert len(set(places)) == 11
    sides = [t.text for t in svg.findall(f"{space}text")]
    assert sides == ["L", "R"]


def test_svg_of_an_unknown_kind_and_an_empty_plan_still_draws():
    plan = record().plan
    odd = {**plan, "operators": [{**plan["operators"][0], "kind": "quantum_sort", "label": "odd"}]}
    assert kind_of("quantum_sort").verb == "Quantum sort"
    assert "Quantum sort: odd" in plan_svg(odd)
    ET.fromstring(plan_svg({**plan, "operators": []}))


def test_layout_keeps_order_and_lets_nothing_overlap():
    sizes = {f"n{i}": (60.0 + 13 * (i % 5), 36.0) for i in range(30)}
    inputs = {f"n{i}": [f"n{j}" for j in {i // 2, i // 3} if j < i] for i in range(30)}
    layout = layered(sizes, inputs)
    boxes = list(layout.boxes.items())
    for i, (_, a) in enumerate(boxes):
        for _, b in boxes[i + 1 :]:
            apart_x = abs(a.x - b.x) >= (a.width + b.width) / 2 - 1e-6
            apart_y = abs(a.y - b.y) >= (a.height + b.height) / 2 - 1e-6
            assert apart_x or apart_y
    for name, before in inputs.items():
        for source in before:
            assert layout.boxes[source].y < layout.boxes[name].y


def test_layout_puts_the_left_input_on_the_left():
    for inputs in (["a", "b"], ["b", "a"]):
        layout = layered(dict.fromkeys("abj", (80.0, 36.0)), {"a": [], "b": [], "j": inputs})
        assert layout.boxes[inputs[0]].x < layout.boxes[inputs[1]].x


def test_layout_puts_a_source_next_to_its_reader():
    layout = layered(dict.fromkeys("abcd", (80.0, 36.0)), {"a": [], "b": ["a"], "c": [], "d": ["b", "c"]})
    assert layout.boxes["c"].y == layout.boxes["b"].y


def test_ellipsis_fits():
    cut = ellipsis("a very long label that does not fit", 12, 80)
    assert cut.endswith("…")
    assert text_width(cut, 12) <= 80
    assert ellipsis("short", 12, 80) == "short"


def test_kinds_are_readable_on_their_colours():
    """White glyphs on light bands, dark ones on dark bands: contrast of large text is at least 3 : 1."""

    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(a, b):
        high, low = sorted((luminance(a), luminance(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    kinds = [
        "scan",
        "filter",
        "extend",
        "join",
        "aggregate",
        "sort",
        "split",
        "fit_transform",
        "fit_model",
        "opaque",
        "?",
    ]
    for family in {kind_of(k).family for k in kinds}:
        assert re.fullmatch("#[0-9A-Fa-f]{6}", family.light)
        assert contrast(family.light, "#ffffff") >= 3, family
        assert contrast(family.dark, "#0b0e11") >= 3, family
