"""The wire between kernel and view: every message and every synced value has its type here.

`js/src/protocol.ts` is the same contract in TypeScript; `tests/fixtures/protocol/*.json` holds one example of each
and is read by the tests of both sides.

A request is `{"kind": "lester", "id", "view", "type", …}`; its answer repeats `kind`, `id` and `view` and carries
either the fields of the type below or `"error"`, one readable line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from lester_jupyter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lester_jupyter.widgets.display import Cell
    from lester_jupyter.widgets.edges import Edge
    from lester_jupyter.widgets.source import Role

KIND = "lester"
PLAN_MIME = "application/vnd.lester.plan+json"
REWRITE_MIME = "application/vnd.lester.rewrite+json"
"""Marks an output as ours, so that our JupyterLab extension shows its record when the live view is gone."""
PAGE_LIMIT = 200
"""Rows a page may hold at most."""
NAMED_COLUMNS = 200
"""Columns of an operator that are named in the plan and shown; of the others it says how many they are."""

Status = Literal["working", "verified", "unverified", "refused", "failed", "accepted", "rejected"]
StepState = Literal["waiting", "running", "done", "failed", "skipped"]
Lines = tuple[int, int]
"""First and last line, 1-based and inclusive."""


class OperatorPayload(TypedDict):
    """One operator of the plan graph.

    `detail` is the second line of its card. `columns` names the first of its `width` columns. `values`, `fits`,
    `own_controls` and `controls` are its column lineage (see `edges.Edge`). `card` is the operator on whose card it is
    drawn: itself, or what puts the features of several encoders side by side; `brief` is its line there. `lane` says
    on which side of the split it stands.
    """

    id: str
    kind: str
    label: str
    detail: str
    inputs: list[str]
    fit_slots: list[int]
    rows: int
    width: int
    columns: list[str]
    values: list[Edge]
    fits: list[Edge]
    own_controls: list[Edge]
    controls: list[tuple[int, int]]
    exact: bool
    card: str
    brief: tuple[str, str] | None
    lane: str | None
    original: list[Lines]
    rewritten: list[Lines]


class CodePayload(TypedDict):
    """Both versions of the cell."""

    original: str
    rewritten: str


class LayoutPayload(TypedDict):
    """Where the view drew the cards: written back, so that another view of the same plan need not lay it out."""

    direction: Literal["TB", "LR"]
    width: float
    height: float
    nodes: dict[str, list[float]]
    edges: list[dict[str, Any]]


class PlanPayload(TypedDict):
    """A plan as the view draws it, and as it is kept in the notebook (`application/vnd.lester.plan+json`)."""

    version: Literal[2]
    id: str
    title: str
    operators: list[OperatorPayload]
    code: CodePayload
    completeness: float
    layout: LayoutPayload | None


class FindingPayload(TypedDict):
    """One thing the user should know, tied to lines of the original."""

    kind: str
    severity: Literal["info", "warning", "error"]
    message: str
    lines: Lines | None
    hint: str


class CounterexamplePayload(TypedDict):
    """The first inputs on which the rewrite differs; the rows are texts, or None where there is no such row."""

    name: str
    detail: str
    row: int | None
    original_row: str | None
    rewritten_row: str | None


class VerificationPayload(TypedDict):
    """The verdict and its evidence: on how many changed inputs both versions were equal."""

    verified: bool
    changed: int
    counterexample: CounterexamplePayload | None
    findings: list[FindingPayload]


class StepPayload(TypedDict):
    """One line of the live progress."""

    step: str
    state: StepState
    detail: NotRequired[str]


class RewritePayload(TypedDict):
    """What an output says of itself (`application/vnd.lester.rewrite+json`)."""

    version: Literal[1]
    status: Status
    verified: bool


class PageAnswer(TypedDict):
    """Rows of a table as cells, column by column; `rows` are their positions in the table, `names` the columns'."""

    rows: list[int]
    total: int
    names: list[str]
    columns: list[list[Cell]]
    numeric: list[bool]


class TracedTable(TypedDict):
    """One table that a trace touches; its rows travel as a buffer: sorted int32, or a bitset where that is smaller."""

    table: str
    role: Role
    count: int
    encoding: Literal["int32", "bitset"]
    names: list[str]
    sample: list[list[Cell]]


class TraceAnswer(TypedDict):
    """A trace: `trace` is its number for paging `within` it; one buffer for each of `tables`."""

    trace: int
    tables: list[TracedTable]


@dataclass(frozen=True)
class PageRequest:
    """Asks for rows of a table; with `within`, for rows of it that this trace touches."""

    table: str
    offset: int
    limit: int
    within: int | None = None


@dataclass(frozen=True)
class TraceRequest:
    """Asks what made these rows and what was made from them."""

    table: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class AssetRequest:
    """Asks for one of the view's modules, gzipped."""

    name: str


@dataclass(frozen=True)
class LayoutRequest:
    """Hands a layout back; it is dropped when the view shows another plan by now."""

    plan: str
    layout: LayoutPayload


@dataclass(frozen=True)
class AcceptRequest:
    """The user accepts this code. `placed` tells that the front end has already put it into the cell."""

    code: str
    placed: bool = False


@dataclass(frozen=True)
class RejectRequest:
    """The user drops the rewrite."""


@dataclass(frozen=True)
class RetryRequest:
    """The user wants another attempt, with this hint, from this code."""

    hint: str
    code: str


Request = PageRequest | TraceRequest | AssetRequest | LayoutRequest | AcceptRequest | RejectRequest | RetryRequest


def parse_request(message: Mapping[str, Any]) -> Request:
    """Reads a message of the view.

    Raises:
        UsageError: it is of an unknown type, or a field is missing or of the wrong type.
    """
    reader = _READERS.get(str(message.get("type")))
    if reader is None:
        raise UsageError(f"The view sent a message of unknown type {message.get('type')!r}.", available=_READERS)
    try:
        return reader(message)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"The view sent a malformed {message['type']!r} message: {error}.") from error


def _page(m: Mapping[str, Any]) -> PageRequest:
    within = m.get("within")
    offset, limit = int(m["offset"]), int(m["limit"])
    if offset < 0 or not 0 < limit <= PAGE_LIMIT:
        raise ValueError(f"offset {offset}, limit {limit} (1 to {PAGE_LIMIT})")
    return PageRequest(str(m["table"]), offset, limit, None if within is None else int(within))


def _trace(m: Mapping[str, Any]) -> TraceRequest:
    rows = tuple(sorted({int(r) for r in m["rows"]}))
    if not rows:
        raise ValueError("no rows")
    return TraceRequest(str(m["table"]), rows)


_READERS: dict[str, Callable[[Mapping[str, Any]], Request]] = {
    "page": _page,
    "trace": _trace,
    "asset": lambda m: AssetRequest(str(m["name"])),
    "layout": lambda m: LayoutRequest(str(m["plan"]), m["layout"]),
    "accept": lambda m: AcceptRequest(str(m["code"]), bool(m.get("placed", False))),
    "reject": lambda _: RejectRequest(),
    "retry": lambda m: RetryRequest(str(m["hint"]), str(m["code"])),
}
