"""Rebuilds outputs from frames, under their names and in their Python shape."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from lester_jupyter.rewriting.lifting.expressions import names_of
from lester_jupyter.rewriting.lifting.generate.frames import FrameWriter
from lester_jupyter.rewriting.lifting.generate.functions import quoted
from lester_jupyter.rewriting.lifting.generate.targets import Target
from lester_jupyter.rewriting.lifting.generate.text import Line, call, names_list, tidy
from lester_jupyter.rewriting.lifting.naming import identifier


@dataclass(frozen=True)
class Rebuilt:
    """One output of the rewrite.

    Attributes:
        lines: the statements that make it.
        names: of the program that they read.
        frame: the variable of the frame that holds its records.
    """

    lines: list[Line]
    names: set[str]
    frame: str


def rebuild(target: Target, writer: FrameWriter) -> Rebuilt:
    """Makes an output from its frame, under its name and in its Python shape."""
    frame = writer.variable(target.plan)
    names = [writer.names[c] for c in target.columns]
    lines = target.lines
    if target.form == "table":
        return Rebuilt([Line(f"{target.name} = {frame}.to_pandas()", lines)], set(), frame)
    if target.form == "all":
        return Rebuilt([Line(f"{target.name} = {frame}.to_dicts()", lines)], set(), frame)
    key = writer.names[target.key] if target.key is not None else ""
    if target.form == "groups":
        return Rebuilt(*_groups(target, frame, key, names[0]), frame)
    named = list(target.names) if target.form != "dict" and target.names else names
    select, own, argument = _selected(target, writer, [key, *names] if key else names, [key, *named] if key else named)
    if target.form in ("text", "csv"):
        made, read = _file(target, own, argument)
    elif target.form == "dict":
        values = names_list(names) if target.names else quoted(names[0])
        made, read = call(f"{target.name} = {own}.to_dict", [quoted(key), values], lines), set()
    else:
        made, read = call(*_shaped(target, own, named, argument), lines), set()
    return Rebuilt([*select, *made], read, own)


def _selected(
    target: Target, writer: FrameWriter, names: list[str], wanted: list[str]
) -> tuple[list[Line], str, list[str]]:
    """The last step: a frame of the output's columns and no others, so that the plan ends with the output's records.

    Returns:
        Its lines; its variable; and the columns that remain to be named where it is used (none, as a rule).
    """
    frame = writer.variable(target.plan)
    if not names or len(set(names)) < len(names) or len(set(wanted)) < len(wanted):
        return [], frame, wanted  # a value that stands twice in a record cannot be two columns of one name
    stem = target.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]  # of a file
    own = writer.name(f"{stem if stem.isidentifier() else identifier(stem)}_frame")
    renames = {a: b for a, b in zip(names, wanted, strict=True) if a != b}
    pairs = ", ".join(f"{quoted(a)}: {quoted(b)}" for a, b in renames.items())
    tail = f".rename({{{pairs}}})" if renames else ""
    return call(f"{own} = {frame}.select", [names_list(names)], target.lines, f"){tail}"[1:]), own, []


def _shaped(target: Target, frame: str, names: list[str], argument: list[str]) -> tuple[str, list[str]]:
    """The call that gives a list or set its Python shape: what stands before its brackets, and within them."""
    method = {"tuples": "to_tuples", "lists": "to_lists", "dicts": "to_dicts", "set of tuples": "to_tuples"}.get(
        target.form, "to_values"
    )
    columns = [names_list(argument)] if argument else []
    inside = [quoted(names[0])] if method == "to_values" else columns
    if target.form in ("set", "set of tuples"):
        return f"{target.name} = set", [f"{frame}.{method}({', '.join(inside)})"]
    return f"{target.name} = {frame}.{method}", inside


def _file(target: Target, frame: str, columns: list[str]) -> tuple[list[Line], set[str]]:
    file = target.collection
    assert file is not None
    assert file.path is not None
    arguments = [tidy(ast.unparse(file.path))]
    sep = file.options.get("sep", ast.Constant(","))
    if isinstance(sep, ast.Constant) and sep.value != ",":
        arguments.append(f"sep={tidy(ast.unparse(sep))}")
    if columns:
        arguments.append(f"columns={names_list(columns)}")
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
