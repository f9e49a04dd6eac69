"""Decides, before anything runs, whether rewritten code may run at all.

A rewrite computes: it reads the inputs through our readers, transforms them, and leaves variables and the files that
the original left. Whatever could reach further (files, processes, network, other modules, the interpreter itself) is
refused here by reading the syntax tree. The sandbox holds what a reading cannot see; but a verified rewrite runs in the
user's own kernel, without a sandbox, so this list is strict where an honest rewrite loses nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from lester_jupyter.rewriting.policy import rules
from lester_jupyter.rewriting.policy.context import (
    Original,
    imports,
    is_denied,
    module_aliases,
    normal_path,
    root_name,
    text_constants,
    walks_to_internals,
)
from lester_jupyter.rewriting.types import Finding

Problem = tuple[str, str]  # what is wrong, what to do


def check_policy(code: str, *, original: str = "", writes: Collection[str] = ()) -> list[Finding]:
    """Reads rewritten code against the policy.

    Args:
        code: the rewrite.
        original: the code it stands for: its harmless imports and its strings may be used again.
        writes: files that the original wrote (relative to the working directory): frames may write these.

    Returns:
        One error for each problem, by line; empty when the code may run.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        told = getattr(error, "msg", None) or str(error)
        return [_finding((f"The code is not valid Python: {told}.", "ask for complete Python code"), line)]
    policy = _Policy(tree, Original(original), frozenset(writes))
    found = [_finding(problem, getattr(node, "lineno", None)) for node, problem in policy.problems()]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.lines or (0, 0))


def _finding(problem: Problem, line: int | None) -> Finding:
    message, hint = problem
    return Finding("policy", "error", message, (line, line) if line is not None else None, hint)


class _Policy:
    def __init__(self, tree: ast.Module, original: Original, writes: frozenset[str]) -> None:
        self._tree = tree
        self._original = original
        self._writes = writes
        self._parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._imported = dict(imports(tree))
        self._constants = text_constants(tree)
        self._visitors: dict[type[ast.AST], Callable[[ast.AST], Iterator[Problem]]] = {
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.FunctionDef: self._definition,
            ast.ClassDef: self._definition,
            ast.arg: self._argument,
            **dict.fromkeys((ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await), self._asynchronous),
        }

    def problems(self) -> Iterator[tuple[ast.AST, Problem]]:
        """Each node of the code that breaks a rule, with what to do about it."""
        for node in ast.walk(self._tree):
            visit = self._visitors.get(type(node))
            if visit is not None:
                for problem in visit(node):
                    yield node, problem

    def _import(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.Import)
        for alias in node.names:
            yield from self._module(alias.name, alias.asname)

    def _import_from(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.ImportFrom)
        module = node.module or ""
        if node.level:
            yield "A relative import reaches into another package.", "write the function out in the code"
            return
        yield from self._module(module, None, whole=False)
        for alias in node.names:
            if alias.name == "*":
                yield f"`from {module} import *` hides what is used.", "import each name"
                continue
            yield from self._member(f"{module}.{alias.name}", alias.name, module)

    def _module(self, name: str, alias: str | None, *, whole: bool = True) -> Iterator[Problem]:
        top = name.partition(".")[0]
        if (
            top == "os"
            and any(m.partition(".")[0] == "os" for m in self._original.modules)
            and name in {"os", "os.path"}
            and alias is None
        ):
            return  # its use is checked name by name
        if top in rules.DANGEROUS_MODULES or any(
            part.startswith("_") and part != "__future__" for part in name.split(".")
        ):
            yield (
                f"The module {name!r} is not allowed in a rewrite.",
                "read files with ld.read_text or ld.read_csv, and compute with frames",
            )
        elif is_denied(name):
            yield (
                f"The module {name!r} gives access to files or to the interpreter.",
                "use the public functions of the library",
            )
        elif top == "lester_jupyter" and (name != "lester_jupyter" or (whole and alias is None)):
            if name != "lester_jupyter":
                yield f"The module {name!r} is not part of the declarative API.", "write `import lester_jupyter as ld`"
        elif top not in rules.MODULES and top not in {m.partition(".")[0] for m in self._original.modules}:
            yield (
                f"The module {name!r} is neither on the list of allowed modules nor imported by the original.",
                ("use pandas, NumPy, scikit-learn or the standard library's plain data modules"),
            )

    def _member(self, dotted: str, name: str, module: str) -> Iterator[Problem]:
        top = module.partition(".")[0]
        if top == "lester_jupyter" and name not in rules.FRAME_API:
            yield (
                f"{name!r} is not part of the declarative API.",
                f"use one of {', '.join(sorted(rules.FRAME_API)[:8])}, …",
            )
        elif top == "os":
            if module == "os" and name not in rules.OS_PARTS:
                yield f"`os.{name}` is not allowed in a rewrite.", "only os.path and os.listdir are"
        elif top == "pandas" and name in rules.PANDAS_READERS:
            yield f"pandas' {name} is not traced.", f"use ld.{name}"
        elif (
            top in {"numpy", "json", "scipy"}
            and name in rules.NUMPY_FILES
            and dotted not in {"json.loads", "json.dumps"}
        ):
            yield f"`{dotted}` reads or writes files.", "use the readers of lester_jupyter"
        elif is_denied(dotted) or name in rules.ATTRIBUTES or name in rules.NAMES or name.startswith("_"):
            yield f"`{dotted}` is not allowed in a rewrite.", "use the public functions that compute values"

    def _name(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.Name)
        if node.id in rules.NAMES:
            yield (
                f"`{node.id}` is not allowed in a rewrite.",
                "compute with frames, and read files with ld.read_text or ld.read_csv",
            )
        elif node.id.startswith("__") and node.id != "__name__":
            yield f"`{node.id}` reaches into the interpreter.", "leave it out"
        elif self._imported.get(node.id) == "os":
            parent = self._parents.get(node)
            if not (isinstance(parent, ast.Attribute) and parent.attr in rules.OS_PARTS):
                yield "Only os.path and os.listdir may be used of `os`.", "read and write files with frames"
        elif node.id in {"getattr", "hasattr", "type"} and not self._is_called(node):
            yield f"`{node.id}` may only be called directly.", "call it, or leave it out"
        elif self._imported.get(node.id) == "lester_jupyter" and not isinstance(self._parents.get(node), ast.Attribute):
            yield "The module lester_jupyter may only be used as `ld.name`.", "call its functions directly"
        elif (
            isinstance(node.ctx, (ast.Store, ast.Del))
            and node.id in self._imported
            and node.id in module_aliases(self._tree)
        ):
            yield f"The name {node.id!r} of an imported module is overwritten.", "use another name"

    def _argument(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.arg)
        if node.arg in rules.NAMES or node.arg.startswith("__"):
            yield f"The parameter name {node.arg!r} is reserved.", "use another name"

    def _attribute(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.Attribute)
        name, root = node.attr, self._module_of(node.value)
        if name.startswith("_") and name not in rules.PRIVATE_ALLOWED and not self._is_own(node):
            yield f"The private attribute `{name}` reaches behind the public functions.", "use public names"
        elif isinstance(node.ctx, (ast.Store, ast.Del)) and (root is not None or root_name(node) in self._imported):
            yield f"`{ast.unparse(node)}` changes an imported module.", "keep results in variables of your own"
        elif root == "lester_jupyter" and name not in rules.FRAME_API:
            yield (
                f"`ld.{name}` is not part of the declarative API.",
                f"use one of {', '.join(sorted(rules.FRAME_API)[:8])}, …",
            )
        elif root == "pandas" and name in rules.PANDAS_READERS:
            yield f"`{ast.unparse(node)}` is not traced.", f"use ld.{name}"
        elif root is not None and root.partition(".")[0] in {"numpy", "scipy", "pandas"} and name in rules.NUMPY_FILES:
            yield f"`{ast.unparse(node)}` reads or writes files.", "use the readers of lester_jupyter"
        elif root == "json" and name in {"load", "dump"}:
            yield f"`{ast.unparse(node)}` reads or writes a file.", "use ld.read_json, or json.loads on text"
        elif root is not None and is_denied(f"{root}.{name}"):
            yield (
                f"`{ast.unparse(node)}` gives access to files or to the interpreter.",
                "use the public functions of the library",
            )
        elif name in rules.ATTRIBUTES:
            yield (
                f"`.{name}` is not allowed in a rewrite.",
                (f'write the column as ["{name}"]' if name in rules.DANGEROUS_MODULES else "use frames"),
            )
        elif name in {"format", "format_map"} and not self._is_called(node):
            yield f"`.{name}` may only be called directly.", "use an f-string"

    def _call(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.Call)
        function = node.func
        if isinstance(function, ast.Name):
            yield from self._plain_call(function.id, node)
        elif isinstance(function, ast.Attribute):
            yield from self._method_call(function, node)

    def _plain_call(self, name: str, node: ast.Call) -> Iterator[Problem]:
        if name in {"getattr", "hasattr"}:
            wanted = node.args[1] if len(node.args) > 1 else None
            if not (isinstance(wanted, ast.Constant) and isinstance(wanted.value, str)):
                yield f"`{name}` with a computed name can reach anything.", "write the attribute out"
            elif (
                wanted.value.startswith("_") or wanted.value in rules.ATTRIBUTES | rules.PANDAS_READERS | rules.WRITERS
            ):
                yield f"`{name}(…, {wanted.value!r})` is not allowed.", "use public attributes that compute values"
        elif name == "type" and len(node.args) != 1:
            yield "`type` with several arguments makes a class.", "write a class statement"
        elif name == "print" and any(keyword.arg in {"file", None} for keyword in node.keywords):
            yield "`print` may not write to a file.", "use frame.write_text"

    def _method_call(self, function: ast.Attribute, node: ast.Call) -> Iterator[Problem]:
        name = function.attr
        if name in rules.WRITERS:
            yield from self._writer(name, node)
        elif name in rules.TEXT_WRITERS and (
            node.args or any(k.arg in {"path_or_buf", "buf", "path_or_buffer", None} for k in node.keywords)
        ):
            yield f"`.{name}` with a file writes past the frames.", "use frame.write_csv or frame.write_text"
        elif name == "format" and not (
            isinstance(function.value, ast.Constant) and isinstance(function.value.value, str)
        ):
            yield "`.format` on a computed string can reach attributes.", "use an f-string"
        elif name in {"query", "filter"} and self._evaluates_computed_text(node):
            yield (
                f"`.{name}` with a computed text cannot be checked.",
                "write the predicate out as text, or use a function",
            )
        elif name in {"agg", "aggregate", "apply", "transform", "map"}:
            texts = [
                n.value
                for a in node.args
                for n in ast.walk(a)
                if isinstance(n, ast.Constant) and isinstance(n.value, str)
            ]
            bad = next((t for t in texts if t in rules.ATTRIBUTES | rules.TEXT_WRITERS or t.startswith("__")), None)
            if bad is not None:
                yield f"`.{name}({bad!r})` calls a method that is not allowed.", "use a function that computes values"
        elif (
            name == "replace"
            and len(node.args) == 1
            and any(module.startswith("pathlib") for module in self._imported.values())
        ):
            yield (
                "`.replace` with one argument moves a file when it is called on a path.",
                "give str.replace both texts",
            )
        elif name.startswith("read_") and self._module_of(function.value) == "lester_jupyter":
            yield from self._reader(node)

    def _evaluates_computed_text(self, node: ast.Call) -> bool:
        first = node.args[0] if node.args else None
        texts = (ast.JoinedStr, ast.BinOp, ast.Call)
        return isinstance(first, texts) and not isinstance(first, ast.Lambda)

    def _reader(self, node: ast.Call) -> Iterator[Problem]:
        path = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "path"), None)
        if path is None or ast.dump(path) in self._original.expressions:
            return
        if not all(self._makes_path(call) for call in ast.walk(path) if isinstance(call, ast.Call)):
            yield "The file to read is computed by a call.", "write the file's name, or take the original's expression"

    def _makes_path(self, call: ast.Call) -> bool:
        if ast.dump(call) in self._original.expressions:
            return True
        named = isinstance(call.func, ast.Attribute)
        return self._module_of(call.func) in {"pathlib.Path", "os.path.join"} or (named and call.func.attr == "format")  # type: ignore[attr-defined]

    def _writer(self, name: str, node: ast.Call) -> Iterator[Problem]:
        path = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "path"), None)
        text = self._text_of(path)
        if text is not None and (normal_path(text) in {normal_path(w) for w in self._writes}):
            return
        if text is None and path is not None and self._writes and ast.dump(path) in self._original.expressions:
            return
        shown = repr(text) if text is not None else "a computed name"
        known = ", ".join(sorted(self._writes)) or "none"
        yield (
            f"`.{name}` writes {shown}, which the original does not write.",
            f"write only the original's files ({known})",
        )

    def _text_of(self, node: ast.expr | None) -> str | None:
        if isinstance(node, ast.Name):
            return self._constants.get(node.id)
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    def _constant(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, ast.Constant)
        text = node.value
        if not isinstance(text, str) or (text in self._original.strings and not walks_to_internals(text)):
            return
        if text in rules.DUNDERS or walks_to_internals(text):
            yield f"The text {text[:40]!r} names internals of Python.", "leave it out"
        elif "://" in text or text.startswith(("http:", "https:", "//", "\\\\")):
            yield (
                f"The text {text[:40]!r} is an address that the original does not have.",
                "read only the original's files",
            )

    def _definition(self, node: ast.AST) -> Iterator[Problem]:
        assert isinstance(node, (ast.FunctionDef, ast.ClassDef))
        for decorator in node.decorator_list:
            name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if name not in rules.DECORATORS:
                yield f"The decorator `@{name}` is not allowed in a rewrite.", "call the function where it is needed"
        if node.name in rules.NAMES or (node.name.startswith("__") and node.name not in rules.DUNDER_METHODS):
            yield f"The name `{node.name}` may not be defined.", "use another name"
        if isinstance(node, ast.ClassDef) and node.keywords:
            yield "A class with a metaclass or class arguments is not allowed.", "write a plain class"

    @staticmethod
    def _asynchronous(_node: ast.AST) -> Iterator[Problem]:
        yield "Asynchronous code is not allowed in a rewrite.", "write plain functions"

    def _is_called(self, node: ast.expr) -> bool:
        parent = self._parents.get(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def _is_own(self, node: ast.Attribute) -> bool:
        """`self._x` inside a class of the code; special names stay closed."""
        return isinstance(node.value, ast.Name) and node.value.id == "self" and not node.attr.startswith("__")

    def _module_of(self, node: ast.expr) -> str | None:
        """The dotted module a name or chain of names stands for, or None."""
        if isinstance(node, ast.Name):
            return self._imported.get(node.id)
        if isinstance(node, ast.Attribute):
            outer = self._module_of(node.value)
            return f"{outer}.{node.attr}" if outer is not None else None
        return None
