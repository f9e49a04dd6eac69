"""A plan that has run, for tests of the view: the running example in small, with traces worked out by brute force.

It implements `PlanSource` without the package's frames, so that the view is tested alone. The browser tests import
it in a notebook.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.widgets.edges import in_ranges

PROTOCOL = Path(__file__).parent.parent / "fixtures" / "protocol"

ORIGINAL = """\
customers = {}
for line in open("customers.csv"):
    parts = line.strip().split(",")
    if parts[3] not in ["UK", "DE", "FR"]:
        continue
    customers[parts[1]] = parts
data = []
for line in open("mails.csv"):
    mail_id, email, date, subject = line.strip().split(",", 3)
    if int(date[:4]) < 2022:
        continue
    if email not in customers:
        continue
    customer = customers[email]
    title = subject.lower()
    data.append((title, customer[2], customer[3], customer[4] == "premium"))
print(len(data), "rows")
"""

REWRITTEN = """\
import lester_jupyter as ld

countries = ["UK", "DE", "FR"]
customers = ld.read_text("customers.csv", ["id", "email", "bank", "country", "level"], strip="both")
customers = customers.filter("country in @countries").distinct(["email"], keep="last")
mails = ld.read_text("mails.csv", ["mail_id", "sender", "date", "subject"], strip="both", extra="join")
mails = mails.filter(lambda date: int(date[:4]) >= 2022)
complaints = mails.join(customers, left_on="sender", right_on="email")
complaints = complaints.project("title", ["subject"], str.lower)
complaints = complaints.project("is_premium", ["level"], lambda level: level == "premium")
complaints = complaints.select(["title", "bank", "country", "is_premium"])
train, test = complaints.split(0.8, seed=42)
data = complaints.to_tuples()
"""


@dataclass(frozen=True)
class FakeOperator:
    """What `PlanOperator` asks for."""

    id: str
    kind: str
    label: str
    inputs: tuple[str, ...]
    columns: list[str]
    value_edges: list[tuple[int, int, int]] = field(default_factory=list)
    controls: list[tuple[int, int]] = field(default_factory=list)
    exact: bool = True
    fit_edges: list[tuple[int, int, int]] = field(default_factory=list)
    fit_slots: tuple[int, ...] = ()
    own_controls: tuple[Any, ...] = ()
    brief: tuple[str, str] | None = None
    part: str | None = None

    @property
    def width(self) -> int:
        return len(self.columns)

    @property
    def values(self) -> tuple[Any, ...]:
        return in_ranges(self.value_edges)

    @property
    def fits(self) -> tuple[Any, ...]:
        return in_ranges(self.fit_edges)

    @property
    def row_slots(self) -> list[int]:
        """The slots whose rows become its rows; all, for what only learns."""
        slots = range(len(self.inputs))
        return [s for s in slots if s not in self.fit_slots] or list(slots)


@dataclass(frozen=True)
class FakePlan:
    operators: list[FakeOperator]


@dataclass
class FakeSource:
    """A `PlanSource`: `parents[operator][slot]` holds for each row the input row it was made from, or -1.

    None instead of such an array: every row is made from every row.
    """

    plan: FakePlan
    tables: dict[str, pd.DataFrame]
    parents: dict[str, list[np.ndarray | None]]
    lines: dict[str, dict[str, list[tuple[int, int]]]] = field(default_factory=dict)

    def rows(self, operator: str) -> int:
        return len(self.tables[operator])

    def records(self, operator: str, rows: np.ndarray, most: int) -> pd.DataFrame:
        return self.tables[operator].iloc[rows, :most]

    def code_lines(self, operator: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        return self.lines.get(operator, {})

    def trace(self, operator: str, rows: Sequence[int]) -> dict[str, tuple[str, np.ndarray]]:
        found: dict[str, tuple[str, np.ndarray]] = {operator: ("self", np.unique(np.asarray(rows, dtype=np.int32)))}
        order = self.plan.operators
        back = {operator: found[operator][1]}
        for o in reversed(order):
            for slot in o.row_slots if len(back.get(o.id, ())) else ():
                name, edge = o.inputs[slot], self.parents[o.id][slot]
                made = np.arange(self.rows(name)) if edge is None else edge[back[o.id]]
                back[name] = np.union1d(back.get(name, np.empty(0, np.int32)), made[made >= 0]).astype(np.int32)
        forward = {operator: found[operator][1]}
        for o in order:
            for slot in o.row_slots:
                name, edge = o.inputs[slot], self.parents[o.id][slot]
                if len(forward.get(name, ())) and o.id != operator:
                    met = np.ones(self.rows(o.id), bool) if edge is None else np.isin(edge, forward[name])
                    hit = np.flatnonzero(met).astype(np.int32)
                    forward[o.id] = np.union1d(forward.get(o.id, np.empty(0, np.int32)), hit).astype(np.int32)
        for name, made in back.items():
            if name != operator and len(made):
                found[name] = ("back", made)
        for name, made in forward.items():
            if name != operator and len(made):
                found[name] = ("forward", made)
        return found


class _Builder:
    def __init__(self) -> None:
        self.source = FakeSource(FakePlan([]), {}, {})

    def add(  # noqa: PLR0917
        self,
        kind: str,
        label: str,
        table: pd.DataFrame,
        inputs: Sequence[str] = (),
        parents: Sequence[np.ndarray | None] = (),
        origins: Mapping[str, Sequence[tuple[int, str]]] | None = None,
        controls: Sequence[tuple[int, str]] = (),
        original: Sequence[tuple[int, int]] = (),
        rewritten: Sequence[tuple[int, int]] = (),
        **rest: Any,
    ) -> str:
        """Adds an operator; without `origins` a column comes from the first input that has one of its name."""
        name = f"o{len(self.source.plan.operators) + 1}"
        tables = [self.source.tables[i] for i in inputs]
        position = lambda slot, column: list(tables[slot].columns).index(column)
        edges = []
        for out, column in enumerate(table.columns):
            named = [(slot, column) for slot, t in enumerate(tables) if column in t.columns][:1]
            for slot, before in (origins or {}).get(column, named):
                edges.append((out, slot, position(slot, before)))
        control = [(slot, position(slot, c)) for slot, c in controls]
        operator = FakeOperator(name, kind, label, tuple(inputs), list(table.columns), edges, control, **rest)
        self.source.plan.operators.append(operator)
        self.source.tables[name] = table.reset_index(drop=True)
        self.source.parents[name] = [None if p is None else np.asarray(p, dtype=np.int32) for p in parents]
        self.source.lines[name] = {"original": list(original), "rewritten": list(rewritten)}
        return name

    def keep(self, kind: str, label: str, before: str, mask: np.ndarray, **rest: Any) -> str:
        at = np.flatnonzero(mask)
        return self.add(kind, label, self.source.tables[before].iloc[at], [before], [at], **rest)

    def each(
        self, kind: str, label: str, before: str, make: Callable[[pd.DataFrame], pd.DataFrame], **rest: Any
    ) -> str:
        table = self.source.tables[before]
        return self.add(kind, label, make(table), [before], [np.arange(len(table))], **rest)

    def features(self, side: str) -> dict[str, pd.DataFrame]:
        """What two encoders make of one side of `learning`'s table."""
        table = self.source.tables[side]
        hot = {f"country_{i}": (table["country"] == c).astype(float) for i, c in enumerate(["DE", "UK"])}
        return {"country": pd.DataFrame(hot), "n": pd.DataFrame({"n_0": table["n"] / 4})}

    def side_by_side(self, encoded: Sequence[str]) -> str:
        """All features of the same rows."""
        tables = [self.source.tables[e] for e in encoded]
        joined = pd.concat(tables, axis=1)
        places = [(slot, c) for slot, t in enumerate(tables) for c in t.columns]
        joined.columns = [f"x_{i}" for i in range(joined.shape[1])]
        origins = {f"x_{i}": [place] for i, place in enumerate(places)}
        at = [np.arange(len(joined))] * len(encoded)
        return self.add("concat_features", f"{len(places)} features", joined, encoded, at, origins=origins)


def complaints(mails: int = 24, seed: int = 3, first_subject: Any = None) -> FakeSource:
    """The running example with this many mails; `first_subject` replaces the subject of the first mail that counts."""
    rng = np.random.default_rng(seed)
    people = max(8, mails // 3)
    b = _Builder()
    customers = pd.DataFrame(
        {
            "id": [str(i) for i in range(people)],
            "email": [
                f"{n}{i // 4}@example.org" for i, n in zip(range(people), ["ada", "bo", "cy"] * people, strict=False)
            ],
            "bank": rng.choice(["Long Stevens", "Wright Group", "Medina Inc"], people),
            "country": rng.choice(["UK", "DE", "FR", "MD"], people, p=[0.3, 0.3, 0.2, 0.2]),
            "level": rng.choice(["premium", "standard"], people),
        }
    )
    customers.loc[2, "bank"] = ""
    sent = pd.DataFrame(
        {
            "mail_id": np.arange(mails),
            "sender": rng.choice(customers["email"], mails),
            "date": rng.choice(["2021-07-05", "2022-12-05", "2023-08-20", None], mails, p=[0.2, 0.4, 0.35, 0.05]),
            "subject": rng.choice(["Urgent question", "Thanks!", "My account", "COMPLAINT"], mails),
        }
    )
    o1 = b.add("scan", "customers.csv", customers, original=[(2, 3)], rewritten=[(4, 4)])
    mask = customers["country"].isin(["UK", "DE", "FR"]).to_numpy()
    o2 = b.keep(
        "filter", "country in [UK, DE, FR]", o1, mask, controls=[(0, "country")], original=[(4, 5)], rewritten=[(5, 5)]
    )
    last = ~b.source.tables[o2]["email"].duplicated(keep="last").to_numpy()
    o3 = b.keep(
        "distinct", "last of each email", o2, last, controls=[(0, "email")], original=[(6, 6)], rewritten=[(5, 5)]
    )
    o4 = b.add("scan", "mails.csv", sent, original=[(8, 9)], rewritten=[(6, 6)])
    recent = sent["date"].fillna("0").str[:4].astype(int).to_numpy() >= 2022
    o5 = b.keep(
        "filter", "int(date[:4]) ≥ 2022", o4, recent, controls=[(0, "date")], original=[(10, 11)], rewritten=[(7, 7)]
    )
    left, right = b.source.tables[o5].copy(), b.source.tables[o3].copy()
    left["__l"], right["__r"] = np.arange(len(left)), np.arange(len(right))
    both = left.merge(right, left_on="sender", right_on="email")
    if first_subject is not None:
        both["subject"] = both["subject"].astype(object)
        both.at[0, "subject"] = first_subject
        b.source.tables[o5]["subject"] = b.source.tables[o5]["subject"].astype(object)
        b.source.tables[o5].at[int(both.at[0, "__l"]), "subject"] = first_subject
    o6 = b.add(
        "join", "inner on sender = email", both.drop(columns=["__l", "__r"]), [o5, o3], [both["__l"], both["__r"]],
        controls=[(0, "sender"), (1, "email")], original=[(12, 14)], rewritten=[(8, 8)],
    )  # fmt: skip
    o7 = b.each(
        "extend", "title = str.lower(subject)", o6, lambda t: t.assign(title=t["subject"].map(lambda s: str(s).lower())),
        origins={"title": [(0, "subject")]}, original=[(15, 15)], rewritten=[(9, 9)],
    )  # fmt: skip
    o8 = b.each(
        "extend", "is_premium = level == 'premium'", o7, lambda t: t.assign(is_premium=t["level"] == "premium"),
        origins={"is_premium": [(0, "level")]}, original=[(16, 16)], rewritten=[(10, 10)],
    )  # fmt: skip
    kept = ["title", "bank", "country", "is_premium"]
    o9 = b.each(
        "select", "title, bank, country, is_premium", o8, lambda t: t[kept], original=[(16, 16)], rewritten=[(11, 11)]
    )
    train = rng.random(len(b.source.tables[o9])) < 0.8
    b.keep("split", "train: 80 %, seed 42", o9, train, rewritten=[(12, 12)], part="train")
    b.keep("split", "test: 20 %, seed 42", o9, ~train, rewritten=[(12, 12)], part="test")
    return b.source


def tiny() -> FakeSource:
    """Three operators, two sources among them: the plan of `fixtures/protocol/plan.json`."""
    b = _Builder()
    o1 = b.add(
        "scan", "a.csv", pd.DataFrame({"k": [1, 2, 3], "x": ["p", None, ""]}), original=[(1, 1)], rewritten=[(1, 1)]
    )
    o2 = b.add("scan", "b.csv", pd.DataFrame({"k": [3, 1], "y": [0.5, 1.5]}), original=[(2, 2)], rewritten=[(2, 2)])
    joined = pd.DataFrame({"k": [1, 3], "x": ["p", ""], "y": [1.5, 0.5]})
    b.add(
        "join", "inner on k", joined, [o1, o2], [[0, 2], [1, 0]],
        controls=[(0, "k"), (1, "k")], original=[(3, 4), (6, 6)], rewritten=[(3, 3)],
    )  # fmt: skip
    return b.source


def learning() -> FakeSource:
    """From records to a score: a split, two encoders, a model that learns from one side and is scored on the other."""
    b = _Builder()
    table = pd.DataFrame({"country": ["UK", "DE", "UK", "FR"], "n": [1, 2, 3, 4], "y": [True, False, True, False]})
    o1 = b.add("scan", "a.csv", table)
    side = np.array([True, True, False, True])
    o2 = b.keep("split", "train 80%, seed 42", o1, side, part="train")
    o3 = b.keep("split", "test 20%, seed 42", o1, ~side, part="test")
    train, test = b.source.tables[o2], b.source.tables[o3]
    features = {side: b.features(side) for side in (o2, o3)}
    fits = [
        b.add(
            "fit_transform", f"{name} {made}", features[o2][name], [o2, o2], [np.arange(3), None],
            origins={c: [(0, name)] for c in features[o2][name].columns}, brief=(name, made), fit_slots=(1,),
            fit_edges=[(i, 1, k) for i in range(features[o2][name].shape[1])],
        )
        for name, k, made in (("country", 0, "OneHotEncoder → 2"), ("n", 1, "StandardScaler → 1"))
    ]  # fmt: skip
    x_train = b.side_by_side(fits)
    model = b.add(
        "fit_model", "LogisticRegression learns y", pd.DataFrame({"model": ["LogisticRegression()"], "C": [1.0]}),
        [x_train, o2], [None, None], fit_slots=(0, 1), origins={"C": []},
        fit_edges=[*((0, 0, i) for i in range(3)), (0, 1, 2)],
    )  # fmt: skip
    transforms = [
        b.add(
            "transform", f"{name} {made}", features[o3][name], [o3, fit], [np.arange(1), None],
            origins={c: [(0, name)] for c in features[o3][name].columns}, brief=(name, made), fit_slots=(1,),
            fit_edges=[(i, 1, i) for i in range(features[o3][name].shape[1])],
        )
        for fit, name, made in zip(fits, ("country", "n"), ("OneHotEncoder → 2", "StandardScaler → 1"), strict=True)
    ]  # fmt: skip
    x_test = b.side_by_side(transforms)
    predicted = b.add(
        "predict", "predict y", pd.DataFrame({"prediction": [True]}), [x_test, model], [np.arange(1), None],
        origins={"prediction": [(0, f"x_{i}") for i in range(3)]}, fit_slots=(1,), fit_edges=[(0, 1, 0)],
    )  # fmt: skip
    b.add(
        "score", "accuracy", pd.DataFrame({"accuracy": [2 / 3]}), [predicted, o3], [None, None],
        origins={"accuracy": [(0, "prediction"), (1, "y")]},
    )  # fmt: skip
    assert len(train) == 3
    assert len(test) == 1
    return b.source


def big(rows: int = 1_000_000) -> FakeSource:
    """Two operators over a large table: a source, and a filter that keeps every third row."""
    b = _Builder()
    table = pd.DataFrame({"number": np.arange(rows), "square": np.arange(rows) ** 2 % 997})
    o1 = b.add("scan", "numbers.csv", table)
    b.keep("filter", "number % 3 == 0", o1, np.arange(rows) % 3 == 0, controls=[(0, "number")])
    return b.source


def protocol(name: str) -> Any:
    """Reads one example of the wire, as the JavaScript tests read it."""
    return json.loads((PROTOCOL / f"{name}.json").read_text(encoding="utf-8"))
