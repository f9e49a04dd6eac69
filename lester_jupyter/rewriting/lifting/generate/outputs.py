"""Rebuilds outputs from frames, under their names and in their Python shape."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.expressions import names_of
from lester_jupyter.rewriting.lifting.generate.frames import FrameWriter
from lester_jupyter.rewriting.lifting.generate.functions import quoted
from lester_jupyter.rewriting.lifting.generate.targets import Target
from lester_jupyter.rewriting.lifting.generate.text import Line, call, names_list, tidy


def rebuild(target: Target, writer: FrameWriter) -> tuple[list[Line], set[str]]:
    """The statements for one output, and the names of the program that they read."""
    frame = writer.variable(target.plan)
    names = [writer.names[c] for c in target.columns]
    lines = target.lines
    if target.form in ("text", "csv"):
        return _file(target, frame, names)
    if target.form == "table":
        return [Line(f"{target.name} = {frame}.to_pandas()", lines)], set()
    if target.form == "all":
        return [Line(f"{target.name} = {frame}.to_dicts()", lines)], set()
    if target.form == "dict":
        assert target.key is not None
        values = names_list(names) if target.names else quoted(names[0])
        return call(f"{target.name} = {frame}.to_dict", [quoted(writer.names[target.key]), values], lines), set()
    if target.form == "groups":
        return _groups(target, frame, writer.names[target.key] if target.key is not None else "", names[0])
    if target.form == "dicts":
        frame = _renamed(frame, names, target.names)
        return call(f"{target.name} = {frame}.to_dicts", [names_list(target.names)], lines), set()
    method = {"tuples": "to_tuples", "lists": "to_lists", "set of tuples": "to_tuples"}.get(target.form, "to_values")
    argument = names_list(names) if method != "to_values" else quoted(names[0])
    if target.form in ("set", "set of tuples"):
        return call(f"{target.name} = set", [f"{frame}.{method}({argument})"], lines), set()
    return call(f"{target.name} = {frame}.{method}", [argument], lines), set()


def _renamed(frame: str, names: list[str], wanted: tuple[str, ...]) -> str:
    """The frame with its columns under the wanted names."""
    renames = {a: b for a, b in zip(names, wanted, strict=True) if a != b}
    if not renames:
        return frame
    pairs = ", ".join(f"{quoted(a)}: {quoted(b)}" for a, b in renames.items())
    return f"{frame}[{names_list(names)}].rename({{{pairs}}})"


def _file(target: Target, frame: str, names: list[str]) -> tuple[list[Line], set[str]]:
    file = target.collection
    assert file is not None
    assert file.path is not None
    if target.names:
        frame, names = _renamed(frame, names, target.names), list(target.names)
    arguments = [tidy(ast.unparse(file.path))]
    sep = file.options.get("sep", ast.Constant(","))
    if isinstance(sep, ast.Constant) and sep.value != ",":
        arguments.append(f"sep={tidy(ast.unparse(sep))}")
    arguments.append(f"columns={names_list(names)}")
    if target.names:
        arguments.append("header=True")
    method = "write_csv" if target.form == "csv" else "write_text"
    return call(f"{frame}.{method}", arguments, target.lines), set(names_of(file.path))


def _groups(target: Target, frame: str, key: str, value: str) -> tuple[list[Line], set[str]]:
    """A dictionary of lists: the original's own dictionary, filled from the frame."""
    name, lines = target.name, target.lines
    return [
        *call("for key, value in " + f"{frame}.to_tuples", [names_list([key, value])], lines, ":"),
        Line(f"    {name}.setdefault(key, []).append(value)", lines),
    ], {name}
