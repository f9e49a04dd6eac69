"""Writes the steps of a plan as statements over frames, one statement a step."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import singledispatchmethod

from lester_jupyter.rewriting.lifting.expressions import Column
from lester_jupyter.rewriting.lifting.generate.functions import function, query, quoted
from lester_jupyter.rewriting.lifting.generate.needs import Needs, needs_of
from lester_jupyter.rewriting.lifting.generate.text import Line, call, comprehension, names_list, tidy
from lester_jupyter.rewriting.lifting.naming import unused
from lester_jupyter.rewriting.lifting.steps import (
    Distinct,
    Extend,
    Filter,
    ForEach,
    Join,
    ReadLines,
    ReadTable,
    ReadText,
    Source,
    Step,
    Union,
    expressions,
)


class FrameWriter:
    """Writes frames; keeps which variable holds each step, and the name of each column.

    Args:
        needs: what is needed of the plan.
        taken: names that variables must not have.
        kinds: the kinds of the program's own variables, for queries.
        names: the columns' names, shared with the functions for partitions.
        hints: variables for steps that several others use, by the step's id.
        asked_at: further lines of the original at which a joined column was looked up, by the column's number.
    """

    def __init__(
        self,
        needs: Needs,
        taken: set[str],
        kinds: Mapping[str, str],
        names: dict[Column, str] | None = None,
        *,
        hints: Mapping[int, str] | None = None,
        asked_at: Mapping[int, set[int]] | None = None,
    ) -> None:
        self.needs = needs
        self.taken = taken
        self.kinds = kinds
        self.names = names if names is not None else {}
        self.hints = dict(hints or {})
        self.asked_at = dict(asked_at or {})
        self.variables: dict[int, str] = {}
        self.present: dict[int, dict[str, Column]] = {}
        self.lines: list[Line] = []
        self.functions: list[Line] = []
        self.read: list[ast.expr] = []

    def write(self) -> None:
        """Writes every step."""
        for step in self.needs.order:
            for node in expressions(step):
                self.read.append(node)
            self._emit(step)

    def variable(self, step: Step) -> str:
        """The variable that holds a step's rows."""
        return self.variables[id(self.needs.alive(step))]

    def name(self, wanted: str) -> str:
        """A variable for another frame, like `wanted` and not taken yet."""
        return self._new(wanted)

    # -- variables and names -----------------------------------------------------------------------------------------
    def _new(self, wanted: str, *more: str) -> str:
        name = unused(wanted, self.taken, more)
        self.taken.add(name)
        return name

    def _continue(self, step: Step, below: Step) -> tuple[str, str]:
        """The variable a step is assigned to, and that of its input: the same as long as nobody else uses the input."""
        source = self.variables[id(below)]
        shared = self.needs.users.get(id(below), 0) > 1
        called = step.called if step.called not in self.taken else ""
        target = self._new(called or self.hints.get(id(step), f"{_verb(step)}_{source}")) if shared else source
        self.variables[id(step)] = target
        return target, source

    def _wanted(self, step: Step) -> dict[Column, None]:
        return self.needs.columns[id(step)]

    def _name(self, column: Column, present: Mapping[str, Column], wanted: Mapping[Column, None], default: str) -> str:
        """A column's name: its hint, unless a column that is still needed has it."""
        if column not in self.names:
            busy = {n for n, c in present.items() if c in wanted and c != column}
            self.names[column] = unused(column.hint or default, busy, (f"{column.hint or default}_value",))
        return self.names[column]

    # -- steps -------------------------------------------------------------------------------------------------------
    @singledispatchmethod
    def _emit(self, step: Step) -> None:
        raise TypeError(f"There is no code for {type(step).__name__}.")

    def _source(self, step: Source, text: list[Line]) -> None:
        self.variables[id(step)] = text[0].text.split(" = ", 1)[0]
        self.lines += text

    @_emit.register
    def _(self, step: ReadText) -> None:
        variable = self._new(step.stem, f"{step.stem}_frame")
        head, arguments = self.reading(step)
        self._source(step, call(f"{variable} = {head}", arguments, step.lines))

    @_emit.register
    def _(self, step: ReadLines) -> None:
        variable = self._new(step.stem, f"{step.stem}_frame")
        head, arguments = self.reading(step)
        self._source(step, call(f"{variable} = {head}", arguments, step.lines))

    @_emit.register
    def _(self, step: ReadTable) -> None:
        variable = self._new(step.stem, f"{step.stem}_frame")
        head, arguments = self.reading(step)
        text = call(f"{variable} = {head}", arguments, step.lines)
        wanted = [n for n, c in step.by_name.items() if c in self._wanted(step)]
        if wanted and not step.picks and self._is_combined():
            # Columns that nobody needs could have the name of one that a join brings.
            text.append(Line(f"{variable} = {variable}[{names_list(wanted)}]", step.lines))
            self.present[id(step)] = {n: step.by_name[n] for n in wanted}
        self._source(step, text)

    def _is_combined(self) -> bool:
        return any(isinstance(s, Join | Union | ForEach) for s in self.needs.order)

    def reading(self, step: Source) -> tuple[str, list[str]]:
        """The call that reads a source, as its head and its arguments; names its columns."""
        present: dict[str, Column] = {}
        if isinstance(step, ReadTable):
            present = dict(step.by_name)
        for i, column in enumerate(step.columns):
            hint = "line" if isinstance(step, ReadLines) else column.hint or f"field_{i}"
            present[unused(hint, present)] = column
        self.names.update({c: n for n, c in present.items()})
        self.present[id(step)] = present
        if isinstance(step, ReadTable) and step.header and set(step.by_name) <= set(step.header):
            return self._reading_named(step)
        if isinstance(step, ReadTable):
            arguments = [tidy(ast.unparse(a)) for a in step.call.args]
            picked = [n for n, c in step.by_name.items() if c in self._wanted(step)]
            arguments += [f"usecols={names_list(picked)}"] if step.picks and picked else []
            arguments += [f"{k.arg}={tidy(ast.unparse(k.value))}" for k in step.call.keywords]
            return f"ld.{ast.unparse(step.call.func)}", arguments
        assert isinstance(step, ReadText | ReadLines)
        path = tidy(ast.unparse(step.path))
        if isinstance(step, ReadLines):
            return "ld.read_lines", [path]
        options = [f"{name}={tidy(ast.unparse(value))}" for name, value in step.options]
        return "ld.read_text", [path, names_list(present), *options]

    def _reading_named(self, step: ReadTable) -> tuple[str, list[str]]:
        """csv.DictReader with known names: the fields up to the last one needed, read as text."""
        used = [step.header.index(n) for n, c in step.by_name.items() if c in self._wanted(step)]
        names = step.header[: max(used) + 1] if used else step.header
        self.present[id(step)] = {n: step.by_name.get(n, Column(-1 - i, n)) for i, n in enumerate(names)}
        options = [f"{name}={tidy(ast.unparse(value))}" for name, value in step.options]
        extra = ['extra="drop"'] if used else []
        return "ld.read_text", [tidy(ast.unparse(step.call.args[0])), names_list(names), *options, *extra]

    @_emit.register
    def _(self, step: Filter) -> None:
        [below] = self.needs.inputs(step)
        target, source = self._continue(step, below)
        self.present[id(step)] = self.present[id(below)]
        text = query(step.predicate, self.names, self.kinds)
        if text is not None:
            self.lines += call(f"{target} = {source}.filter", [quoted(text)], step.lines)
            return
        made = function(step.predicate, self.names)
        arguments = [made.text] if made.by_parameters and made.columns else [made.text, names_list(made.columns)]
        self.lines += call(f"{target} = {source}.filter", arguments, step.lines)

    @_emit.register
    def _(self, step: Extend) -> None:
        [below] = self.needs.inputs(step)
        target, source = self._continue(step, below)
        made = function(step.value, self.names)
        present = dict(self.present[id(below)])
        wanted = self._wanted(step)
        names = []
        for column in step.columns:
            name = self._name(column, {n: c for n, c in present.items() if c not in step.columns}, wanted, "value")
            while name in names:
                name = self.names[column] = f"{name}_value"
            names.append(name)
        present.update(dict(zip(names, step.columns, strict=True)))
        self.present[id(step)] = present
        targets = quoted(names[0]) if len(names) == 1 else names_list(names)
        arguments = [targets, names_list(made.columns), made.text]
        self.lines += call(f"{target} = {source}.project", arguments, step.lines)

    @_emit.register
    def _(self, step: Distinct) -> None:
        [below] = self.needs.inputs(step)
        target, source = self._continue(step, below)
        self.present[id(step)] = self.present[id(below)]
        arguments = [names_list(self.names[c] for c in step.columns)]
        if step.keep == "last":
            arguments.append('keep="last"')
        self.lines += call(f"{target} = {source}.distinct", arguments, step.lines)

    @_emit.register
    def _(self, step: Join) -> None:
        left, right = self.needs.inputs(step)
        source, other = self.variables[id(left)], self.variables[id(right)]
        wanted = self._wanted(step)
        right_text, on_right = self._right_side(step, left, right)
        if step.required:
            target = self.variables[id(step)] = self._new(f"{source}_with_{other}")
        else:
            target, source = self._continue(step, left)
        on_left = [self.names[a] for a, _ in step.keys]
        arguments = [right_text]
        if on_left == on_right:
            arguments.append(f"on={quoted(on_left[0]) if len(on_left) == 1 else names_list(on_left)}")
        else:
            one = len(on_left) == 1
            arguments.append(f"left_on={quoted(on_left[0]) if one else names_list(on_left)}")
            arguments.append(f"right_on={quoted(on_right[0]) if one else names_list(on_right)}")
        if step.how != "inner":
            arguments.append(f"how={quoted(step.how)}")
        narrowed = self._narrowed(step, left, right)
        again = {line for new, _ in step.brings for line in self.asked_at.get(new.number, ())}
        self.lines += call(f"{target} = {source}{narrowed}.join", arguments, {*step.lines, *again})
        if step.required:
            self.lines.append(Line(f"if len({target}) < len({source}):", step.lines))
            message = quoted(f"{', '.join(on_left)} of {source} without a partner in {other}")
            self.lines.append(Line(f"    raise KeyError({message})", step.lines))
        filled = [(c, v) for c, v in step.filled if c in wanted]
        if filled:
            pairs = ", ".join(f"{quoted(self.names[c])}: {tidy(ast.unparse(v))}" for c, v in filled)
            self.lines += call(f"{target} = {target}.fill_missing", [f"{{{pairs}}}"], step.lines)

    def _narrowed(self, step: Join, left: Step, right: Step) -> str:
        """Selects the columns of the left side that are needed, where others have names that the right side brings."""
        needed = self._left_needed(step, left)
        gone = set(self.present[id(left)]) - set(needed)
        clash = {n for n, c in self.present[id(right)].items() if any(c == old for _, old in step.brings)} & gone
        if not clash:
            return ""
        self.present[id(step)] = {n: c for n, c in self.present[id(step)].items() if n not in gone or n in clash}
        return f"[{names_list(needed)}]"

    def _left_needed(self, step: Join, left: Step) -> dict[str, Column]:
        wanted = {*self._wanted(step), *(a for a, _ in step.keys)}
        return {n: c for n, c in self.present[id(left)].items() if c in wanted}

    def _right_side(self, step: Join, left: Step, right: Step) -> tuple[str, list[str]]:
        """The right side of a join, its columns renamed where the left side has their names, and its keys."""
        wanted = self._wanted(step)
        theirs = self.present[id(right)]
        brought_names = {n for n, c in theirs.items() if any(c == old and new in wanted for new, old in step.brings)}
        mine = dict(self.present[id(left)])
        if brought_names & (set(mine) - set(self._left_needed(step, left))):
            mine = self._left_needed(step, left)
        text = self.variables[id(right)]
        keys = {b: self.names[a] for a, b in step.keys}
        brought = {old: new for new, old in step.brings if new in wanted}
        kept = [n for n, c in theirs.items() if c in keys or c in brought]
        renames: dict[str, str] = {}
        for name in kept:
            column = theirs[name]
            if column in keys and keys[column] == name:
                continue
            if name in mine:
                fallback = f"{self.variables[id(right)]}_{name}"
                new = keys[column] if column in keys and column not in brought else fallback
                renames[name] = new if new == keys.get(column) else unused(fallback, {*mine, *theirs})
        others = [n for n in theirs if n not in kept]
        if any(n in mine for n in others) or (_is_open(right) and others):
            text += f"[{names_list(kept)}]"
        else:
            kept = list(theirs)
        if renames:
            pairs = ", ".join(f"{quoted(a)}: {quoted(b)}" for a, b in renames.items())
            text += f".rename({{{pairs}}})"
        after = {renames.get(n, n): theirs[n] for n in kept}
        by_column = {c: n for n, c in after.items()}
        present = dict(mine)
        for name, column in after.items():
            present.setdefault(name, brought.get(column, column))
        for old, made in brought.items():
            self.names[made] = by_column[old]
        self.present[id(step)] = present
        return text, [by_column[b] for _, b in step.keys]

    @_emit.register
    def _(self, step: Union) -> None:
        parts = self.needs.inputs(step)
        wanted = [(new, old) for new, old in step.columns if new in self._wanted(step)]
        for new, old in wanted:
            self._name(
                new,
                {self.names[c]: c for c, _ in wanted if c in self.names},
                dict.fromkeys(c for c, _ in wanted),
                self.names[old[0]],
            )
        texts = []
        for i, part in enumerate(parts):
            names = [self.names[old[i]] for _, old in wanted]
            renames = {a: self.names[new] for a, (new, _) in zip(names, wanted, strict=True) if a != self.names[new]}
            text = self.variables[id(part)]
            if set(self.present[id(part)]) != set(names):
                text += f"[{names_list(names)}]"
            if renames:
                text += f".rename({{{', '.join(f'{quoted(a)}: {quoted(b)}' for a, b in renames.items())}}})"
            texts.append(text)
        target = self.variables[id(step)] = self._new(self.hints.get(id(step), f"all_{self.variables[id(parts[0])]}"))
        self.present[id(step)] = {self.names[new]: new for new, _ in wanted}
        self.lines += call(f"{target} = ld.union", [f"[{', '.join(texts)}]"], step.lines)

    @_emit.register
    def _(self, step: ForEach) -> None:
        loop = f"for {tidy(ast.unparse(step.variable))} in {tidy(ast.unparse(step.values))}"
        if isinstance(step.input, Source):
            head, arguments = self.reading(step.input)
            self.read += expressions(step.input)
            self.present[id(step)] = self.present[id(step.input)]
            target = self.variables[id(step)] = self._new(step.input.stem, f"{step.input.stem}_frame")
            self.lines += comprehension(target, head, arguments, loop, read=step.input.lines, looped=step.lines)
            return
        name = self._partition_function(step)
        variables = ", ".join(n.id for n in ast.walk(step.variable) if isinstance(n, ast.Name))
        target = self.variables[id(step)] = self._new(name.removesuffix("_of_one"))
        self.lines += comprehension(target, name, [variables], loop, read=step.lines, looped=step.lines)

    def _partition_function(self, step: ForEach) -> str:
        """Writes the steps of one partition as a function; its name."""
        wanted = [(new, old) for new, old in step.columns if new in self._wanted(step)]
        inner = FrameWriter(
            needs_of([], [(step.input, tuple(old for _, old in wanted))]),
            set(self.taken),
            self.kinds,
            self.names,
            asked_at=self.asked_at,
        )
        inner.write()
        self.read += inner.read
        variable = inner.variable(step.input)
        name = self._new(f"{variable}_of_one")
        variables = ", ".join(n.id for n in ast.walk(step.variable) if isinstance(n, ast.Name))
        names = [self.names[old] for _, old in wanted]
        self.present[id(step)] = {self.names[new]: new for new, _ in wanted}
        self.functions += [
            *inner.functions,
            Line(f"def {name}({variables}):", step.lines),
            *(line.indented() for line in inner.lines),
            Line(f"    return {variable}[{names_list(names)}]", step.lines),
        ]
        return name


def _verb(step: Step) -> str:
    """What a step does to records, as an adjective."""
    return {"Filter": "kept", "Distinct": "unique", "Join": "joined"}.get(type(step).__name__, "extended")


def _is_open(step: Step) -> bool:
    """Whether a table may have more columns than the program names."""
    while not isinstance(step, Source):
        if not step.inputs:
            return False
        step = step.inputs[0]
    return isinstance(step, ReadTable)
