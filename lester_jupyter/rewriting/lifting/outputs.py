"""What a cell leaves behind for others, and what it needs from the notebook."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.usage import bound, changed, dotted, free_names_of, reads, root
from lester_jupyter.rewriting.types import Observation, Output

_COLLECTIONS = frozenset(
    ["list", "dict", "set", "tuple", "DataFrame", "Series", "ndarray", "defaultdict", "Counter", "OrderedDict"]
)
_LOOKING = frozenset({"print", "len", "display", "type", "head", "describe", "info", "plot", "show", "close", "tail"})
_SCALARS = frozenset(
    [
        "open",
        "compile",
        "len",
        "sum",
        "min",
        "max",
        "reader",
        "DictReader",
        "writer",
        "strip",
        "rstrip",
        "lstrip",
        "lower",
        "upper",
        "next",
        "readline",
        "read",
        "int",
        "float",
        "str",
        "bool",
        "time",
        "now",
        "today",
        "join",
        "replace",
        "format",
        "getenv",
        "mean",
        "round",
        "abs",
        "Path",
    ]
)
_WRITERS = frozenset({"to_csv", "to_json", "to_parquet", "to_excel", "savetxt", "save"})


def free_names(code: str) -> tuple[str, ...]:
    """The names a cell needs from the notebook, in order of first use.

    Raises:
        SyntaxError: code that is no Python.
    """
    return free_names_of(ast.parse(code))


def as_outputs(names: Sequence[str], ctx: Context) -> tuple[Output, ...]:
    """Outputs that the user named: variables of the cell, or else files."""
    return tuple(Output(n, "variable" if n in ctx.scopes[0] or n.isidentifier() else "file") for n in names)


def detect_outputs(code: str, observation: Observation | None = None) -> tuple[Output, ...]:
    """The outputs of a cell: collections that no later statement of it uses up, and the files it writes.

    A header that was only read past is none of them. Looking at a value (`print(len(data))`, `data[:3]`) does not use
    it up. When nothing is left over, the output is the collection that was filled last.

    Args:
        code: the cell.
        observation: what was seen when the cell ran; with it, types and written files are known instead of guessed.

    Raises:
        SyntaxError: code that is no Python.
    """
    tree = ast.parse(code)
    body = _flattened(tree.body)
    made = _made(body, observation)
    used = _used(body)
    left = [name for name in made if name not in used]
    files = _files(tree, observation)
    results = [name for name in left if not _is_first_record(body, name)]
    left = results if results or files else left
    if not left and not files:
        left = sorted(made, key=made.__getitem__)[-1:]
    return (*(Output(n) for n in left), *(Output(f, "file") for f in files))


def _flattened(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of the cell, with those under `if __name__ == "__main__"` and `with` among them."""
    flat: list[ast.stmt] = []
    for statement in body:
        main = isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)
        if main or isinstance(statement, ast.With):
            assert isinstance(statement, ast.If | ast.With)
            flat += _flattened(statement.body)
        else:
            flat.append(statement)
    return flat


def _made(body: Sequence[ast.stmt], observation: Observation | None) -> dict[str, int]:
    """The names that hold collections, in the order in which they were first bound, and where each was last filled."""
    kinds: dict[str, bool] = {}
    filled: dict[str, int] = {}
    for number, statement in enumerate(body):
        loop_targets = {
            n.id
            for f in ast.walk(statement)
            if isinstance(f, ast.For)
            for n in ast.walk(f.target)
            if isinstance(n, ast.Name)
        }
        for name in bound([statement]):
            if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
                continue
            # What a loop binds is what its last record left behind, no output.
            if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) and name not in loop_targets:
                kinds[name] = kinds.get(name, False) or _collects(statement, name, observation)
                filled[name] = number
        for name in changed([statement]):
            if name in kinds:
                filled[name] = number
    names = [n for n, collects in kinds.items() if collects and not n.startswith("_") and not _is_constant(body, n)]
    return {name: filled[name] for name in names}


def _collects(
    statement: ast.Assign | ast.AnnAssign | ast.AugAssign, name: str, observation: Observation | None
) -> bool:
    if observation is not None and name in observation.variables:
        return observation.variables[name] in _COLLECTIONS
    value = statement.value
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.SetComp | ast.DictComp):
        return True
    if isinstance(value, ast.Tuple) and not isinstance(statement, ast.AugAssign):
        return any(isinstance(e, ast.List | ast.Dict) for e in value.elts)
    if isinstance(value, ast.Call):
        function = dotted(value.func) or ""
        plain = function.rsplit(".", 1)[-1]
        return plain not in _SCALARS
    return isinstance(value, ast.Subscript)


def _is_constant(body: Sequence[ast.stmt], name: str) -> bool:
    """A list, dict or set of literals that is never filled is a setting, not a result."""
    values: list[ast.expr | None] = []
    for statement in body:
        if name in changed([statement]):
            return False
        if isinstance(statement, ast.Assign | ast.AnnAssign) and name in bound([statement]):
            values.append(statement.value)
        elif isinstance(statement, ast.AugAssign) and root(statement.target) == name:
            return False
    return all(v is not None and not any(isinstance(n, ast.Name | ast.Call) for n in ast.walk(v)) for v in values)


def _is_first_record(body: Sequence[ast.stmt], name: str) -> bool:
    """`header = next(reader)`: what was taken off the top of a file is no result beside others."""
    values = [s.value for s in body if isinstance(s, ast.Assign | ast.AnnAssign) and name in bound([s])]
    return bool(values) and name not in changed(body) and all(v is not None and _takes_first(v) for v in values)


def _takes_first(value: ast.expr) -> bool:
    parts = list(ast.walk(value))
    called = {(dotted(p.func) or "").rsplit(".", 1)[-1] for p in parts if isinstance(p, ast.Call)}
    return bool(called & {"next", "readline"}) and not any(isinstance(p, ast.comprehension) for p in parts)


def _used(body: Sequence[ast.stmt]) -> set[str]:
    """The names whose last values other values of the cell are computed from."""
    used: set[str] = set()
    by_functions: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.Expr) and _only_looks(statement.value):
            continue
        if isinstance(statement, ast.Delete):
            used |= {n for t in statement.targets if (n := root(t)) is not None}
            continue
        own = set(bound([statement])) | set(changed([statement]))
        if isinstance(statement, ast.FunctionDef):
            by_functions |= set(reads(statement)) - set(changed(statement.body))
            continue
        results = own - _loop_names(statement)
        for name in _inputs(statement):
            # A loop that fills `data` reads it to do so; that does not use it up.
            if name not in results or (len(results) > 1 and _is_asked_set(body, statement, name)):
                used.add(name)
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            used -= set(bound([statement])) - set(reads(statement))  # whoever used the name, used another value
    return used | by_functions


def _is_asked_set(body: Sequence[ast.stmt], statement: ast.stmt, name: str) -> bool:
    """A set that a loop fills and asks (`if key in seen`) serves the loop's other results."""
    asked = any(
        isinstance(c, ast.Compare) and isinstance(c.comparators[0], ast.Name) and c.comparators[0].id == name
        for c in ast.walk(statement)
    )
    made = [s.value for s in body if isinstance(s, ast.Assign) and name in bound([s])]
    return asked and all(isinstance(v, ast.Call) and dotted(v.func) == "set" for v in made)


def _loop_names(statement: ast.stmt) -> set[str]:
    return {
        n.id
        for f in ast.walk(statement)
        if isinstance(f, ast.For)
        for n in ast.walk(f.target)
        if isinstance(n, ast.Name)
    }


def _inputs(statement: ast.stmt) -> set[str]:
    looked = [n for n in ast.walk(statement) if isinstance(n, ast.Expr) and _only_looks(n.value)]
    names = set(reads(statement))
    inside = {n for look in looked for n in reads(look)}
    real = {
        n.id
        for part in ast.walk(statement)
        if isinstance(part, ast.Name)
        and isinstance((n := part).ctx, ast.Load)
        and not any(part in ast.walk(look) for look in looked)
    }
    return (names - inside) | (names & real)


def _only_looks(node: ast.expr) -> bool:
    """Whether an expression statement shows something, and no more."""
    if isinstance(node, ast.Name | ast.Subscript | ast.Attribute | ast.Constant):
        return True
    if not isinstance(node, ast.Call):
        return False
    if any(k.arg == "file" for k in node.keywords):
        return False
    return (dotted(node.func) or ast.unparse(node.func)).rsplit(".", 1)[-1] in _LOOKING


def _files(tree: ast.Module, observation: Observation | None) -> list[str]:
    """The files a cell writes."""
    if observation is not None:
        return list(observation.writes)
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func) or ""
        arguments = [*node.args, *(k.value for k in node.keywords if k.arg == "mode")]
        writes = name == "open" and any(
            isinstance(a, ast.Constant) and isinstance(a.value, str) and set(a.value) & set("wax") and len(a.value) <= 3
            for a in arguments[1:]
        )
        if (writes or name in _WRITERS) and node.args:
            path = node.args[0]
            text = path.value if isinstance(path, ast.Constant) and isinstance(path.value, str) else ast.unparse(path)
            found.setdefault(text)
    return list(found)
