"""Symbolic values: what a variable of the original stands for while its program is interpreted.

Row values speak of the current record of the loop being interpreted; the others of whole collections. Nothing here
holds data: a `Scalar` is an expression, a `Relation` a plan.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Literal

from lester_jupyter.rewriting.lifting.expressions import Column, Kind
from lester_jupyter.rewriting.lifting.steps import Step, Strip

Mode = Literal["append", "set", "first", "group"]


class Value:
    """Anything a name can be bound to."""


@dataclass(frozen=True)
class Opaque(Value):
    """What the fragment does not cover: it refuses the rewrite if it reaches an output.

    Attributes:
        line: of the original.
        reason: half a sentence, as it follows "line 12: ".
    """

    line: int
    reason: str
    hint: str = ""


@dataclass(frozen=True)
class Constant(Value):
    """An expression that depends on no record.

    Attributes:
        node: the expression, over names that the rewritten code keeps.
        known: whether `value` is its value.
        value: a Python value found without running the program.
        kind: the type of the value where it is certain, as `type(value).__name__`.
    """

    node: ast.expr
    known: bool = False
    value: object = None
    kind: str = ""


@dataclass(frozen=True)
class Scalar(Value):
    """One value of the current record, as an expression over columns.

    Attributes:
        node: the expression.
        kind: what it is certain to be.
        newline: it may still end in the line's own newline, which the scan does not give; only operations that remove
            it or do not see it are allowed.
    """

    node: ast.expr
    kind: Kind = "unknown"
    newline: bool = False


@dataclass(frozen=True)
class Sequence(Value):
    """A tuple or list display of known length; `fresh` if it was made for this very record."""

    items: tuple[Value, ...]
    kind: Literal["tuple", "list"] = "tuple"
    hints: tuple[str, ...] = ()
    fresh: bool = False


@dataclass(frozen=True)
class Record(Value):
    """A dict display with constant keys; `fresh` if it was made for this very record."""

    items: tuple[tuple[str, Value], ...]
    fresh: bool = False

    def get(self, key: object) -> Value | None:
        """The value under a key."""
        return dict(self.items).get(key) if isinstance(key, str) else None


@dataclass
class Facts:
    """What a first pass over the program found out about the records of one text source.

    Attributes:
        split: the one way its lines are split: separator, split count, strip, and whether the newline was still there.
        arity: fields that an unguarded unpacking demands.
        floor: fields that unguarded index accesses demand.
        highest: fields that any index access demands.
        put_out: fields that were demanded before anything was put out, on the path that demands least.
        length: a first guard on the number of fields: how, and the number.
        header: the first record is not data.
        sliced: its records behind the header are taken as a part of it.
        skips_blank: a first guard drops blank lines.
        quoting: the records are those of csv.reader.
        skips_empty: a first guard drops empty lines, though not those of white space.
        lines: something needs the line as a whole, or splits it under a guard.
        names: what the program calls each field.
        weak_names: what it calls the first value made from each field.
        origin: the lines of the original that open, split and name the fields.
    """

    split: tuple[str, int | None, Strip | None, bool] | None = None
    arity: int | None = None
    floor: int = 0
    highest: int = 0
    put_out: int | None = None
    length: tuple[Literal["exact", "at least"], int] | None = None
    header: bool = False
    sliced: bool = False
    skips_blank: bool = False
    skips_empty: bool = False
    lines: bool = False
    quoting: bool = False
    names: dict[int, str] = field(default_factory=dict)
    weak_names: dict[int, str] = field(default_factory=dict)
    origin: set[int] = field(default_factory=set)

    @property
    def surely(self) -> int:
        """Fields that every record has that the original accepts.

        Records of csv.reader cannot be split later, so a field asked under a guard is demanded of all of them.
        """
        asked = self.highest if self.quoting and self.exact is None and self.highest != self.put_out else self.floor
        return max(asked, self.arity or 0, self.length[1] if self.length else 0)

    @property
    def leaves_out_short(self) -> bool:
        """Whether records without all fields put nothing out: every path to an output asks for all of them."""
        return self.exact is None and self.surely < self.highest == self.put_out

    @property
    def width(self) -> int:
        """How many fields are read."""
        return self.highest if self.leaves_out_short else self.surely

    @property
    def named(self) -> bool:
        """Whether the fields can be columns of their own: every record that puts something out has them all."""
        if self.lines or self.split is None or (self.skips_empty and not self._blank_is_malformed):
            return False
        return self.width > 0 and self.highest <= self.width

    @property
    def untouched(self) -> bool:
        """Whether no field is ever asked for: lines are split, or all of them but the header are taken elsewhere."""
        unasked = not self.lines and self.arity is None and self.highest == 0
        return unasked and (self.split is not None or self.sliced)

    @property
    def _blank_is_malformed(self) -> bool:
        """Whether a line of white space has too few fields, so that leaving it out does no harm."""
        return self.split is not None and bool(self.split[0].strip()) and self.surely >= 2

    @property
    def exact(self) -> int | None:
        """The number of fields of every record that is accepted, where it is certain."""
        if self.arity is not None:
            return self.arity
        return self.length[1] if self.length and self.length[0] == "exact" else None


@dataclass(eq=False)
class TextSource:
    """A text file that is read record by record.

    Attributes:
        number: position among the text sources of the program, the same in both passes.
        path: an expression of the program.
        encoding: an expression, or None.
        quoting: csv.reader's rules instead of str.split.
        whole: how the file was cut into lines, if not by iterating over it.
        facts: gathered in this pass.
        known: the facts of the pass before, or None in the first.
        columns: the fields by position.
        line: the column of whole lines.
    """

    number: int
    path: ast.expr
    encoding: ast.expr | None = None
    quoting: bool = False
    whole: Literal["", "split", "trimmed"] = ""
    facts: Facts = field(default_factory=Facts)
    known: Facts | None = None
    columns: dict[int, Column] = field(default_factory=dict)
    line: Column | None = None


@dataclass(frozen=True)
class Text(Value):
    """The text of a whole file, from `read()`; `trimmed` after `.strip()`."""

    source: TextSource
    trimmed: bool = False


@dataclass(frozen=True)
class Line(Value):
    """A line of a text source, not yet split.

    Attributes:
        source: where it comes from.
        strip: what was stripped so far.
        newline: whether it still ends in its newline.
    """

    source: TextSource
    strip: Strip | None = None
    newline: bool = True


@dataclass(frozen=True)
class Fields(Value):
    """The fields of a record, addressed by position; `newline` as for `Line`, `stripped` if each field was stripped."""

    source: TextSource
    newline: bool = False
    stripped: bool = False


@dataclass(frozen=True)
class Named(Value):
    """A record addressed by name: a row of a DataFrame or of csv.DictReader."""

    table: Step
    kind: Kind = "cell"


@dataclass(frozen=True)
class Position(Value):
    """The number of the current record, from `enumerate` or an index label."""

    line: int
    start: int = 0
    source: TextSource | None = None


@dataclass(frozen=True)
class Relation(Value):
    """A sequence with one element per row of a plan."""

    plan: Step
    element: Value
    kind: Literal["list", "lines", "keys", "numbered", "set"] = "list"


@dataclass(frozen=True)
class Contribution:
    """Rows put into a collection by one loop.

    Attributes:
        plan: the rows.
        element: what was put in per row.
        key: for dictionaries, under which key.
        mode: `append` to a list, set or file; `set` a key (last wins); `first` (first wins); `group` into lists.
        lines: of the statement that puts it in.
    """

    plan: Step
    element: Value
    key: Value | None
    mode: Mode
    lines: tuple[int, ...]


@dataclass(eq=False)
class Collection(Value):
    """A list, dict, set or output file that the program fills.

    Attributes:
        kind: what it is.
        name: the variable, or the path of a file.
        line: where it was made.
        default: the factory of a defaultdict ("list", …), or None for a plain dict.
        contents: what was put in, in order.
        spoiled: why its contents are not known, if so.
        header: constant lines written to a file before the rows.
        path: for files, the path as an expression.
        ends: for files, what ends a row.
        quoted: written by csv.writer.
        options: keyword arguments of the call that writes it (encoding, delimiter).
    """

    kind: Literal["list", "dict", "set", "file"]
    name: str
    line: int
    default: str | None = None
    contents: list[Contribution] = field(default_factory=list)
    spoiled: Opaque | None = None
    header: list[Value] = field(default_factory=list)
    path: ast.expr | None = None
    quoted: bool = False
    options: dict[str, ast.expr] = field(default_factory=dict)


@dataclass(eq=False)
class Handle(Value):
    """An open input file; reading from it once moves it on."""

    source: TextSource
    started: bool = False


@dataclass(frozen=True)
class Reader(Value):
    """csv.reader or csv.DictReader over an open file."""

    handle: Handle
    by_name: bool
    options: tuple[tuple[str, ast.expr], ...] = ()


@dataclass(frozen=True)
class Writer(Value):
    """csv.writer over an output file."""

    file: Collection


@dataclass(frozen=True)
class Table(Value):
    """A DataFrame that is read or given, never changed."""

    plan: Step
    line: int


@dataclass(frozen=True)
class Function(Value):
    """A function defined in the cell."""

    node: ast.FunctionDef


@dataclass(frozen=True)
class Derived(Value):
    """A value computed from finished outputs by an expression that is kept as it is.

    Attributes:
        node: the expression.
        reads: the collections it reads, by the names it reads them under.
        line: of the original.
        writes: it is there for the file it writes, not for its value.
    """

    node: ast.expr
    reads: tuple[tuple[str, Value], ...]
    line: int
    writes: bool = False


@dataclass(frozen=True)
class Method(Value):
    """A bound method waiting for its call."""

    owner: Value
    name: str
