"""The state of one interpretation: scopes, the loop being interpreted, and what of the program is kept as it is."""

from __future__ import annotations

import ast
import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Items
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from lester_jupyter.rewriting.lifting.expressions import Column, Kind, columns_of, names_of, reference
from lester_jupyter.rewriting.lifting.kinds import kind_of
from lester_jupyter.rewriting.lifting.purity import is_denied
from lester_jupyter.rewriting.lifting.steps import Extend, Filter, Step
from lester_jupyter.rewriting.lifting.usage import bound, changed, dotted, reads
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Contribution,
    Derived,
    Facts,
    Function,
    Line,
    Opaque,
    Relation,
    Scalar,
    Sequence,
    TextSource,
    Value,
)
from lester_jupyter.rewriting.types import Finding, Observation


class Refusal(Exception):  # noqa: N818 - not an error of the user's program: it ends the interpretation of one statement
    """Leaves the fragment in the middle of a statement."""

    def __init__(self, line: int, reason: str, hint: str = "") -> None:
        super().__init__(f"line {line}: {reason}")
        self.opaque = Opaque(line, reason, hint)


@dataclass(frozen=True)
class Effect:
    """Something put into a collection for the current record."""

    collection: Collection
    contribution: Contribution


@dataclass(frozen=True)
class Definition:
    """A function made from statements of a loop's body.

    Attributes:
        name: what it is called.
        text: its lines, each with the lines of the original it stands for.
        reads: the names of the program it uses.
    """

    name: str
    text: tuple[tuple[str, tuple[int, ...]], ...]
    reads: frozenset[str]


@dataclass(frozen=True)
class Kept:
    """A statement that depends on no record and stands in the rewrite as it is."""

    statement: ast.stmt
    binds: frozenset[str]


def is_changeable(value: Value) -> bool:
    """Whether a value of a record may be an object that can change in place."""
    if isinstance(value, Sequence) and value.kind == "tuple":
        return any(is_changeable(item) for item in value.items)
    if isinstance(value, Scalar):
        return value.kind in ("list", "unknown")
    return not isinstance(value, Constant | Line)


def _declared_global(function: ast.FunctionDef) -> list[str]:
    return [n for part in ast.walk(function) if isinstance(part, ast.Global | ast.Nonlocal) for n in part.names]


@dataclass
class Row:
    """The record program of one loop.

    Attributes:
        plan: the steps so far, on the path being interpreted.
        base: the steps the loop runs over.
        effects: what the loop puts into collections; shared by all paths.
        busy: collections the loop fills, which may not be asked meanwhile.
        joined: look-ups already made on this path, by collection and key.
        protected: above 0 inside what the original evaluates only under a condition: no join may be made there.
        asked: fields that this path has demanded of each text source, by the source's number.
        records: the text sources whose records the loop takes apart.
        body: the statements of the loop.
        before: what the names that carry state were before the loop.
        source: the text source whose records the loop runs over, if it is one.
    """

    plan: Step
    base: Step
    effects: list[Effect] = field(default_factory=list)
    busy: frozenset[int] = frozenset()
    joined: dict[tuple[int, str], Value] = field(default_factory=dict)
    protected: int = 0
    asked: dict[int, int] = field(default_factory=dict)
    records: frozenset[int] = frozenset()
    body: Items[ast.stmt] = ()
    before: Mapping[str, Value] = field(default_factory=dict)
    source: TextSource | None = None

    @property
    def guarded(self) -> bool:
        """Whether the original reaches this point for some records only."""
        if self.protected:
            return True
        step = self.plan
        while isinstance(step, Extend):
            step = step.input
        return bool(step.inputs)

    def fork(self) -> Row:
        """The same records on another path."""
        return replace(self, joined=dict(self.joined), asked=dict(self.asked))


class Context(ABC):
    """Everything the parts of the interpreter share.

    Args:
        code: the cell.
        namespace: values of names that the notebook defines earlier.
        observation: what was seen when the cell ran.
        directory: where relative paths start.
        known: the facts about each text source from the pass before, or None in the first.
    """

    def __init__(
        self,
        code: str,
        *,
        namespace: Mapping[str, object] | None = None,
        observation: Observation | None = None,
        directory: str | Path = ".",
        known: Items[Facts] | None = None,
    ) -> None:
        self.code = code
        self.source_lines = code.splitlines()
        self.tree = ast.parse(code)
        self.namespace = dict(namespace or {})
        self.observation = observation
        self.directory = Path(directory)
        self.known = known
        self.sources: list[TextSource] = []
        self.scopes: list[dict[str, Value]] = [{}]
        self.modules: dict[str, str] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.kept: list[Kept] = []
        self.definitions: list[Definition] = []
        self.written: dict[str, Derived] = {}
        self.files: dict[str, Collection] = {}
        self.used: set[str] = set()
        self.findings: list[Finding] = []
        self.row: Row | None = None
        self.inlined = 0
        self.filling: list[frozenset[int]] = []
        self.partitions: dict[str, ast.expr] = {}
        self.asked: dict[object, tuple[Step, Value, Value]] = {}
        self.asked_at: dict[int, set[int]] = {}  # lines that look up again what a join has brought, by column
        self._numbers = count(1)

    # -- what the parts call in each other ---------------------------------------------------------------------------
    @abstractmethod
    def evaluate(self, node: ast.expr) -> Value:
        """The symbolic value of an expression."""

    @abstractmethod
    def execute(self, statements: Items[ast.stmt]) -> None:
        """Interprets statements, in a loop over records or outside."""

    # -- names -------------------------------------------------------------------------------------------------------
    def lookup(self, name: str) -> Value | None:
        """What a name is bound to in this program, or None."""
        for scope in (self.scopes[-1], self.scopes[0]):
            if name in scope:
                return scope[name]
        return None

    def bind(self, name: str, value: Value) -> None:
        """Binds a name where it is assigned."""
        self.scopes[-1][name] = value

    @contextmanager
    def scope(self, names: Mapping[str, Value]) -> Iterator[None]:
        """A scope of its own, as a function's."""
        self.scopes.append(dict(names))
        try:
            yield
        finally:
            self.scopes.pop()

    @contextmanager
    def local(self, names: Mapping[str, Value]) -> Iterator[None]:
        """Names that hide others for one expression, as a comprehension's or lambda's."""
        scope = self.scopes[-1]
        hidden = {name: scope.get(name) for name in names}
        scope.update(names)
        try:
            yield
        finally:
            for name, value in hidden.items():
                if value is None:
                    del scope[name]
                else:
                    scope[name] = value

    @contextmanager
    def protected(self) -> Iterator[None]:
        """For what the original evaluates only under a condition."""
        row = self.row
        if row is None:
            yield
            return
        row.protected += 1
        try:
            yield
        finally:
            row.protected -= 1

    def qualified(self, node: ast.expr) -> str | None:
        """The dotted path behind `np.array` or `DictReader`, with imports resolved; builtins by their own name."""
        name = dotted(node)
        if name is None:
            return None
        first, _, rest = name.partition(".")
        if first in self.modules:
            return self.modules[first] + (f".{rest}" if rest else "")
        if self.lookup(first) is not None or first in self.namespace:
            return None
        return name if hasattr(builtins, first) else None

    # -- making things -----------------------------------------------------------------------------------------------
    def column(self, hint: str = "", kind: Kind = "unknown") -> Column:
        """A new column."""
        return Column(next(self._numbers), hint, kind)

    def scalar(self, node: ast.expr) -> Scalar:
        """An expression over the current record."""
        shadowed: dict[str, Kind] = dict.fromkeys(self.functions, "unknown")
        return Scalar(node, kind_of(node, shadowed))

    def opaque(self, node: ast.AST, reason: str, hint: str = "") -> Opaque:
        """Something outside the fragment."""
        return Opaque(getattr(node, "lineno", 0), reason, hint)

    def named(self, value: Scalar, hint: str, lines: tuple[int, ...]) -> Scalar:
        """Makes an expression a column of the current record, and gives the column."""
        assert self.row is not None
        column = self.column(hint, value.kind)
        self.row.plan = Extend(input=self.row.plan, columns=(column,), value=value.node, lines=lines)
        self.use(value.node)
        return Scalar(reference(column), value.kind, value.newline)

    def keep_if(self, predicate: ast.expr, lines: tuple[int, ...]) -> None:
        """Drops the records for which a condition is false, on this path."""
        assert self.row is not None
        self.use(predicate)
        self.row.plan = Filter(input=self.row.plan, predicate=predicate, lines=lines)

    def use(self, node: ast.AST) -> None:
        """Notes that the plan reads kept names, and what functions among them read: they may not change any more."""
        pending = [n for n in names_of(node) if n not in self.used]
        while pending:
            name = pending.pop()
            self.used.add(name)
            if name in self.functions:
                pending += [n for n in reads(self.functions[name]) if n not in self.used]

    def keep(self, statement: ast.stmt) -> None:
        """Keeps a statement that depends on no record; what it binds and changes becomes constant."""
        names = {**bound([statement]), **self.touched(statement)}
        for name, line in names.items():
            if name in self.used:
                self.bind(name, Opaque(line, f"`{name}` changes after it was used for records"))
                return
        self.kept.append(Kept(statement, frozenset(names)))
        self._note_maker(statement)
        for name in names:
            if name in self.functions:
                continue
            self.bind(name, Constant(ast.Name(id=name, ctx=ast.Load()), kind=self._display(statement, name)))

    def spoil_stored(self, opaque: Opaque) -> None:
        """A value of a record changes in place: whatever may hold it is unknown from here on."""
        for scope in (self.scopes[-1], self.scopes[0]):
            for name, held in list(scope.items()):
                if isinstance(held, Collection) and any(is_changeable(c.element) for c in held.contents):
                    held.spoiled = held.spoiled or opaque
                elif isinstance(held, Relation) and is_changeable(held.element):
                    scope[name] = opaque
        for effect in self.row.effects if self.row is not None else ():
            if is_changeable(effect.contribution.element):
                effect.collection.spoiled = effect.collection.spoiled or opaque

    def _note_maker(self, statement: ast.stmt) -> None:
        """`rng = random.Random(0)`: what is called on `rng` is judged as what is called on the module."""
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            path = self.qualified(statement.value.func)
            target = statement.targets[0]
            if path is not None and isinstance(target, ast.Name) and is_denied(path):
                self.modules[target.id] = path

    def poison_name(self, name: str, opaque: Opaque) -> None:
        """A name's object changes in place: neither it nor any other name for the same object is known any more."""
        value = self.lookup(name)
        for scope in (self.scopes[-1], self.scopes[0]):
            for other, held in list(scope.items()):
                if other == name or (value is not None and held == value):
                    scope[other] = opaque

    def _display(self, statement: ast.stmt, name: str) -> str:
        """The type of a name that a statement binds to a display or literal."""
        before = self.lookup(name)
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            return before.kind if isinstance(before, Constant) else ""
        kinds = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set", ast.Dict: "dict", ast.ListComp: "list",
                 ast.SetComp: "set"}  # fmt: skip
        value = statement.value
        if isinstance(value, ast.Constant):
            return type(value.value).__name__
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            return value.func.id if value.func.id in ("list", "tuple", "set", "frozenset", "dict") else ""
        return kinds.get(type(value), "")

    def poison(self, statement: ast.AST, opaque: Opaque) -> None:
        """Everything a statement binds or changes is unknown from here on."""
        for name in bound([statement]):
            self.bind(name, opaque)
        for name in self.touched(statement):
            value = self.lookup(name)
            if isinstance(value, Collection):
                value.spoiled = value.spoiled or opaque
            elif value is not None and not isinstance(value, Function):
                self.bind(name, opaque)

    def touched(self, statement: ast.AST) -> dict[str, int]:
        """The names whose objects a statement changes, through functions of the cell too."""
        found = changed([statement])
        pending = [statement]
        seen: set[str] = set()
        while pending:
            for part in ast.walk(pending.pop()):
                if isinstance(part, ast.Name) and part.id in self.functions and part.id not in seen:
                    seen.add(part.id)
                    function = self.functions[part.id]
                    pending.append(function)
                    for name in (*changed(function.body), *_declared_global(function)):
                        found.setdefault(name, part.lineno)
        return found

    def text_source(self, path: ast.expr, line: int, encoding: ast.expr | None = None) -> TextSource:
        """A text file about to be read, with what the pass before knows about it."""
        number = len(self.sources)
        known = self.known[number] if self.known is not None and number < len(self.known) else None
        source = TextSource(number, path, encoding, known=known)
        source.facts.origin.add(line)
        self.sources.append(source)
        self.use(path)
        return source

    def depends(self, node: ast.AST) -> bool:
        """Whether an expression speaks of the current record."""
        return bool(columns_of(node))
