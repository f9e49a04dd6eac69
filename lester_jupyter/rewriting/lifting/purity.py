"""Whether a function may be called once per record, in any order, with the same result: what must not be lifted.

A call to the network, the clock, a random generator or the process is refused by name; so is code that changes what
lives outside it. Everything else is taken to be a function of its arguments.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lester_jupyter.rewriting.lifting.usage import bound, changed, dotted, reads

_MODULES = {
    "a network call": (
        "aiohttp boto3 ftplib http httpx imaplib openai paramiko requests smtplib socket urllib urllib3 websocket"
    ),
    "a call to the system": "ctypes multiprocessing os pathlib shutil signal subprocess sys threading",
    "randomness": "numpy.random random secrets torch.rand torch.randn uuid",
    "the clock": "time",
    "a file that is read per record": "codecs gzip io",
}
_DENIED = {module: what for what, modules in _MODULES.items() for module in modules.split()}
_HARMLESS = ("os.path", "urllib.parse", "uuid.UUID", "uuid.uuid5", "uuid.uuid3", "time.strptime", "time.strftime",
             "time.mktime", "http.HTTPStatus", "sys.maxsize", "pathlib.Path", "pathlib.PurePath", "os.sep")  # fmt: skip
_BUILTINS = {
    "compile": "code that is made while it runs",
    "delattr": "an object that is changed per record",
    "eval": "code that is made while it runs",
    "exec": "code that is made while it runs",
    "globals": "the notebook's namespace",
    "hash": "a hash that differs from run to run",
    "id": "an object's address",
    "input": "a question to the user",
    "locals": "the local namespace",
    "next": "an iterator that is moved on per record",
    "open": "a file that is opened per record",
    "setattr": "an object that is changed per record",
    "__import__": "code that is imported while it runs",
}
_CLOCK = frozenset({"now", "today", "utcnow"})


def impurity(node: ast.AST, modules: Mapping[str, str], functions: Mapping[str, ast.FunctionDef]) -> str | None:
    """Why code cannot be called per record, or None.

    Args:
        node: the code.
        modules: what each imported name stands for, as a dotted path.
        functions: the functions of the cell, which are looked into when they are called.

    Returns:
        Half a sentence naming the reason: "requests.get is a network call".
    """
    return _search(node, modules, functions, frozenset())


def _search(
    node: ast.AST, modules: Mapping[str, str], functions: Mapping[str, ast.FunctionDef], seen: frozenset[str]
) -> str | None:
    for part in ast.walk(node):
        if isinstance(part, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return f"`{ast.unparse(part)}` cannot be part of an expression per record"
        if not isinstance(part, ast.Attribute | ast.Name) or not isinstance(part.ctx, ast.Load):
            continue
        name = dotted(part)
        if name is None:
            continue
        reason = _named(name, modules)
        if reason is not None:
            return reason
        if isinstance(part, ast.Name) and name in functions and name not in seen:
            inner = _function(functions[name], modules, functions, seen | {name})
            if inner is not None:
                return f"{name}() is not a function of its arguments alone: {inner}"
    return None


def _named(name: str, modules: Mapping[str, str]) -> str | None:
    first, _, rest = name.partition(".")
    if not rest and first not in modules and first in _BUILTINS:
        return f"{first}() is {_BUILTINS[first]}"
    if first not in modules:
        return None
    path = modules[first] + (f".{rest}" if rest else "")
    if any(path == harmless or path.startswith(f"{harmless}.") for harmless in _HARMLESS):
        return None
    if path.startswith("datetime") and path.rsplit(".", 1)[-1] in _CLOCK:
        return f"{path} is the clock"
    what = is_denied(path)
    return f"{path} is {what}" if what is not None else None


def is_denied(path: str) -> str | None:
    """What is wrong with calling something, by its dotted path; None for nothing known."""
    if any(path == harmless or path.startswith(f"{harmless}.") for harmless in _HARMLESS):
        return None
    for denied, what in _DENIED.items():
        # A bare module name is judged by the attribute that is taken from it.
        if path.startswith(f"{denied}.") or (path == denied and "." in denied):
            return what
    return None


def _function(
    node: ast.FunctionDef, modules: Mapping[str, str], functions: Mapping[str, ast.FunctionDef], seen: frozenset[str]
) -> str | None:
    local = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    free = reads(node)
    for name, line in changed(node.body).items():
        if name in free:
            return f"line {line} changes `{name}`, which lives outside it"
    own = bound(node.body)
    for name, line in changed(node.body).items():
        if name in local and name not in own:
            return f"line {line} changes its argument `{name}`"
    for part in ast.walk(node):
        if isinstance(part, ast.Global | ast.Nonlocal):
            return f"line {part.lineno} changes {', '.join(part.names)}, which lives outside it"
    defaults = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
    for argument, default in defaults:
        if isinstance(default, ast.List | ast.Dict | ast.Set | ast.Call) and argument.arg in changed(node.body):
            return f"its default for `{argument.arg}` remembers earlier calls"
    inner = {n: f for n, f in functions.items() if n not in local}
    for statement in node.body:
        reason = _search(statement, modules, inner, seen)
        if reason is not None:
            return reason
    return None
