"""Values the notebook defined before the cell ran."""

from __future__ import annotations

import ast
from types import ModuleType

from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.interpreter.tables import table_in_memory
from lester_jupyter.rewriting.lifting.values import Constant, Value


def outside(ctx: Context, name: str, value: object, line: int) -> Value:
    """The symbolic value of a name of the notebook: a DataFrame is a source of records, all else stays as it is."""
    node = ast.Name(id=name, ctx=ast.Load())
    columns = getattr(value, "columns", None)
    if type(value).__name__ == "DataFrame" and columns is not None and all(isinstance(c, str) for c in columns):
        table = table_in_memory(ctx, name, list(columns), "from_pandas", line)
        ctx.bind(name, table)
        return table
    if isinstance(value, ModuleType):
        ctx.modules[name] = value.__name__
        return Constant(node, kind="module")
    if callable(value):
        module = getattr(value, "__module__", None)
        qualified = getattr(value, "__qualname__", name)
        if module and module not in ("__main__", "builtins"):
            ctx.modules[name] = f"{module}.{qualified}"
        return Constant(node, kind="function")
    return Constant(node, kind=type(value).__name__)
