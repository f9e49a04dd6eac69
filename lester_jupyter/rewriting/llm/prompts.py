"""What is said to the language model: one prompt a stage, and the messages that ask for a repair.

No value of the data appears in a message unless the user shares samples (`Settings.share_samples`): inputs are
described by their schemas, outputs by their shapes, counterexamples by the place and kind of the difference, and error
texts go through a vocabulary of words that the conversation has anyway.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Sequence

from lester_jupyter.errors import RewriteError
from lester_jupyter.rewriting.llm.privacy import Vocabulary, describe_difference
from lester_jupyter.rewriting.llm.reference import reference
from lester_jupyter.rewriting.providers.provider import Message
from lester_jupyter.rewriting.schemas import FileSchema
from lester_jupyter.rewriting.shapes import describe_shape
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import CheckedInput, Output

PROMPT_VERSION = 3
"""Counts up when a prompt changes so much that older rewrites should be asked for again."""

_DATAPREP = """\
You rewrite one messy cell of a notebook into short declarative code over data frames that record where every record
comes from. What you write is executed, and its outputs are compared with those of the original, on the real inputs and
on changed ones: records deleted, duplicated, blanked, keys repeated. So express what the original does for any input,
not for one.

# The API (`import lester_jupyter as ld`)
A frame is immutable; every method returns a new one. Rows are numbered from 0, in the order of the original's loops.

{reference}

# Rules
1. Use this API for reading, filtering, joining and deriving, instead of loops over records. Functions on single values
   are ordinary Python; keep the original's helper functions where they are needed. They depend on their arguments alone
   and keep nothing from one record to the next. Records that came out of a frame are never looped over or put back.
2. Import only lester_jupyter and what the original imports. No eval or exec, no os, subprocess or network, no opening
   of files: files are read with ld.read_… and written with frame.write_text or frame.write_csv.
3. Keep the original's quirks: duplicates, the order of rows, the last of several equal keys winning, exact texts.
4. Re-create every output under the same name with the same Python shape. Assign the frame behind it to a variable too.
5. Above each top-level statement, and above each def, write a comment `# lines a-b` that names the lines of the
   original it stands for (several ranges are separated by commas).
6. Answer with one ```python block and nothing else. If the cell cannot be expressed so, answer with one line
   `CANNOT: ` and the reason.

# An example
The cell
{example}

with the output `names` (list of str), is rewritten as

```python
{example_rewrite}
```
"""

EXAMPLE = """\
cities = {}
for line in open("cities.csv"):
    key, city = line.strip().split(",")
    cities[key] = city
names = []
for line in open("people.csv"):
    person, key, age = line.strip().split(",")
    if int(age) < 18 or key not in cities:
        continue
    names.append(person.title() + " from " + cities[key])
"""
"""The example of the prompt: the messy side."""

EXAMPLE_REWRITE = """\
# lines 1
import lester_jupyter as ld

# lines 1-4
cities = ld.read_text("cities.csv", ["key", "city"], strip="both").distinct(["key"], keep="last")
# lines 6-7
people = ld.read_text("people.csv", ["person", "key", "age"], strip="both")
# lines 8-9
adults = people.filter(lambda age: int(age) >= 18).join(cities, on="key")
# lines 10
named = adults.project("name", ["person", "city"], lambda person, city: person.title() + " from " + city)
# lines 5, 10
names = named.to_values("name")
"""
"""The example of the prompt: the declarative side. A test executes both."""

_PROMPTS = {"dataprep": _DATAPREP}


def system_prompt(stage: str) -> str:
    """The instructions for a stage.

    Raises:
        RewriteError: the stage is not supported yet.
    """
    if stage not in _PROMPTS:
        raise RewriteError(
            f"There is no prompt for the stage {stage!r} yet.",
            available=_PROMPTS,
            hint="put data preparation into a cell of its own.",
        )
    return _PROMPTS[stage].format(
        reference=reference(), example=numbered(EXAMPLE), example_rewrite=EXAMPLE_REWRITE.rstrip()
    )


def first_messages(task: Task) -> tuple[Message, ...]:
    """The conversation's beginning: the instructions, then the cell with all that was observed of it.

    Raises:
        RewriteError: the stage is not supported yet.
    """
    sections = [
        ("# Input files", "\n".join(line for schema in task.schemas for line in _describe(schema)) or "none"),
        ("# Variables the cell finds", "\n".join(_variables(task))),
        ("# Outputs to re-create", "\n".join(_outputs(task))),
        ("# The cell", numbered(task.code)),
        ("# Where the embedded rules stopped", task.obstacle),
        ("# The user says", task.hint),
    ]
    request = "\n\n".join(f"{title}\n{text}" for title, text in sections if text)
    return ({"role": "system", "content": system_prompt(task.stage)}, {"role": "user", "content": request})


def vocabulary(task: Task, code: str = "") -> Vocabulary:
    """The words that this conversation contains anyway; `code` is a candidate, written by the model itself."""
    shown = "\n".join(line for schema in task.schemas for line in _describe(schema))
    return Vocabulary.of(task.code, reference(), shown, task.hint, code)


def unusable_message(problem: str) -> str:
    """Asks again after a reply that held no usable code."""
    return f"{problem}\nAnswer with the complete rewritten cell in one ```python block and nothing else."


def forbidden_message(problem: str) -> str:
    """Asks again after code that may not run."""
    return f"Your code was not executed, since it is not allowed to do this: {problem}\nWrite it without that."


def difference_message(task: Task, code: str, found: CheckedInput, *, share_samples: bool) -> str:
    """Asks again after outputs that differ, or an error in the rewrite.

    Args:
        task: the cell.
        code: the candidate, as it was executed.
        found: the first version of the inputs on which it failed.
        share_samples: whether rows and values may be quoted.
    """
    words = vocabulary(task, code)
    where = found.name if share_samples else words.withhold(found.name)
    detail = found.detail if share_samples else words.withhold(found.detail)
    if found.outcome == "rewrite-raised":
        return f"Executed on {where}, your code raised: {detail}\nCorrect it, and answer with the complete cell."
    lines = [f"Executed on {where}, your code gives other outputs than the original."]
    if found.row is not None:
        lines.append(f"The first different row is row {found.row} (counted from 0).")
    if share_samples:
        lines.append(f"original: {found.original_row}\nyours:    {found.rewritten_row}\n{detail}")
    else:
        lines.append(describe_difference(found.original_row, found.rewritten_row, words, found.detail))
        if found.original_row is None and found.rewritten_row is None:
            lines.append(detail)
    lines.append("Correct it for every input, and answer with the complete cell.")
    return "\n".join(lines)


def render(messages: Sequence[Message]) -> str:
    """A conversation as text for people: exactly what is sent, one titled section a message."""
    return "\n\n".join(f"──── {message['role']} ────\n{message['content'].rstrip()}" for message in messages) + "\n"


def numbered(code: str) -> str:
    """Code with the line numbers that the comments of the rewrite refer to."""
    lines = code.rstrip("\n").split("\n")
    width = len(str(len(lines)))
    return "\n".join(f"{number:>{width}} | {line}".rstrip() for number, line in enumerate(lines, 1))


def _describe(schema: FileSchema) -> Iterator[str]:
    facts = [_FORMATS[schema.format].format(separator=schema.separator)]
    if schema.fields:
        usual = schema.fields[0] if len(schema.fields) == 1 else f"{schema.fields[0]} to {schema.fields[-1]}"
        facts.append(f"{usual} fields in {'every line' if len(schema.fields) == 1 else 'a line'}")
        facts.append(_HEADERS[schema.header])
    if schema.quoted:
        facts.append("some double quotes")
    if schema.blank_lines:
        facts.append("some blank lines")
    yield f"- {schema.path}: {', '.join(facts)}"
    for position, column in enumerate(schema.columns):
        name = f" {column.name}" if column.name else ""
        yield f"    {position}:{name} {column.type}{', sometimes blank' if column.blank else ''}"
    for sample in schema.samples:
        yield f"    sample: {sample}"


_FORMATS = {
    "delimited": "text separated by {separator!r}",
    "lines": "lines of text",
    "json-lines": "one JSON object a line",
    "unreadable": "not readable as text",
}
_HEADERS = {
    True: "the first line holds names",
    False: "no header",
    None: "it is unclear whether the first line is a header",
}


def _variables(task: Task) -> Iterator[str]:
    used = {n.id for n in ast.walk(ast.parse(task.code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    words = vocabulary(task)
    for name in sorted(used & set(task.namespace)):
        value = task.namespace[name]
        if not isinstance(value, types.ModuleType):
            yield f"- {name}: {describe_shape(value, words)}"


def _outputs(task: Task) -> Iterator[str]:
    words = vocabulary(task)
    for output in task.outputs:
        yield f"- {_describe_output(task, output, words)}"


def _describe_output(task: Task, output: Output, words: Vocabulary) -> str:
    if output.kind == "file":
        return f"the file {output.name}"
    if output.name in task.observation.values:
        return f"{output.name}: {describe_shape(task.observation.values[output.name], words)}"
    return f"{output.name}: {task.observation.variables.get(output.name, 'a value')}"
