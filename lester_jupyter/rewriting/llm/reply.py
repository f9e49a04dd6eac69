"""From a model's reply to a candidate: finds the code, reads its line comments, or says why there is none."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lester_jupyter.rewriting.providers.provider import Completion
from lester_jupyter.rewriting.types import Candidate, Finding, Output

_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_CANNOT = re.compile(r"^\s*CANNOT:\s*(.+)", re.MULTILINE)
_APOLOGY = re.compile(r"\b(sorry|I can(?:no|')t|I(?:'m| am) (?:unable|not able)|I won't|I will not)\b", re.IGNORECASE)
_SPAN = r"L?\d+(?:\s*(?:-|–|to)\s*L?\d+)?"
_MARKER = re.compile(rf"#\s*lines?:?\s*({_SPAN}(?:\s*(?:,|and|&)\s*{_SPAN})*)", re.IGNORECASE)
_RANGE = re.compile(r"L?(\d+)(?:\s*(?:-|–|to)\s*L?(\d+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Reply:
    """What a completion amounts to: a candidate, or the reason why there is none.

    Attributes:
        candidate: the proposed rewrite, or None.
        problem: one sentence, empty where there is a candidate.
        refused: the model does not want to, or says that it cannot be done: asking again is pointless.
    """

    candidate: Candidate | None
    problem: str = ""
    refused: bool = False


def read_reply(completion: Completion, outputs: tuple[Output, ...], original_lines: int) -> Reply:
    """Reads a reply.

    Args:
        completion: what came back.
        outputs: what the code has to define.
        original_lines: how many lines the original has; comments that name others are ignored.
    """
    text = _THOUGHTS.sub("", re.sub(r"\r\n?", "\n", completion.text)).strip()
    if completion.finish_reason in ("refusal", "content_filter"):
        return Reply(None, f"The model refused: {_first_sentence(text)}", refused=True)
    truncated = completion.finish_reason == "length"
    if not text:
        reason = ", since it used up its tokens before" if truncated else ""
        return Reply(None, f"The model's reply is empty{reason}.")
    blocks = [match[3] for match in _FENCE.finditer(text)]
    cannot = _CANNOT.search(text)
    if cannot and not blocks:
        return Reply(None, f"The model says that it cannot be done: {_first_sentence(cannot[1])}", refused=True)
    code, note = _choose(blocks or [text], outputs)
    if code is None:
        return _without_code(text, blocks, truncated=truncated)
    if note is None and not blocks and not _defines(code, outputs):
        return _without_code(text, blocks, truncated=truncated)
    if truncated and not _defines(code, outputs):
        return Reply(None, "The model's reply was cut off at its limit of tokens before the code was complete.")
    findings = (Finding("reply", "info", note),) if note else ()
    return Reply(to_candidate(code, outputs, original_lines, findings))


def to_candidate(
    marked_code: str, outputs: tuple[Output, ...], original_lines: int, findings: tuple[Finding, ...] = ()
) -> Candidate:
    """The candidate of parsable code whose comments `# lines a-b` name lines of the original; they are taken out."""
    code, line_map = strip_markers(marked_code, original_lines)
    return Candidate(code, outputs, frames_behind(code, outputs), line_map, findings)


def strip_markers(code: str, original_lines: int) -> tuple[str, dict[int, tuple[int, ...]]]:
    """The code without its comments `# lines a-b`, and for each of its lines the original's lines.

    A comment holds from where it stands to the next one, at most to the first blank line between statements.

    Raises:
        SyntaxError: the code is not Python.
    """
    inside = _lines_of_statements(code)
    markers, dropped = _markers(code, original_lines)
    kept: list[str] = []
    line_map: dict[int, tuple[int, ...]] = {}
    current: tuple[int, ...] = ()
    for number, text in enumerate(code.rstrip().split("\n"), 1):
        line, named = text, current
        if number in markers:
            named = markers[number]
            # Beside code it speaks about this line only.
            current = () if dropped[number] else named
            if dropped[number] == 0:
                continue
            line = text[: dropped[number]].rstrip()
        if not line.strip():
            if number not in inside:
                current = ()
            if not kept:
                continue
        kept.append(line)
        if named and number in inside and line.strip():
            line_map[len(kept)] = named
    return "\n".join(kept).rstrip() + "\n", line_map


def frames_behind(code: str, outputs: tuple[Output, ...]) -> Mapping[str, str]:
    """For each output the variable of its frame: `x` in `out = x.to_…(…)`, `out = x.df`, or `x.write_…("out")`."""
    names = {output.name for output in outputs}
    found: dict[str, str] = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            source = _frame_converted(node.value)
            if source and node.targets[0].id in names:
                found[node.targets[0].id] = source
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            written, source = _frame_written(node.value)
            if source and written in names:
                found[written] = source
    return found


def _frame_converted(value: ast.expr) -> str | None:
    attribute = value.func if isinstance(value, ast.Call) else value
    if isinstance(attribute, ast.Attribute) and isinstance(attribute.value, ast.Name):
        converts = attribute.attr.startswith("to_") if isinstance(value, ast.Call) else attribute.attr == "df"
        return attribute.value.id if converts else None
    return None


def _frame_written(call: ast.Call) -> tuple[str, str | None]:
    attribute = call.func
    if (
        isinstance(attribute, ast.Attribute)
        and attribute.attr.startswith("write_")
        and isinstance(attribute.value, ast.Name)
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ):
        return str(call.args[0].value), attribute.value.id
    return "", None


def _choose(blocks: Sequence[str], outputs: tuple[Output, ...]) -> tuple[str | None, str | None]:
    """The block to use and what to say about the choice; (None, None) where none parses."""
    parsing = [block for block in blocks if block.strip() and _parses(block)]
    complete = [block for block in parsing if _defines(block, outputs)]
    if len(blocks) == 1:
        return (parsing[0] if parsing else None), None
    together = "\n".join(parsing)
    if len(parsing) > 1 and _defines(together, outputs) and not (complete and _stands_alone(complete[-1], parsing)):
        return together, f"The reply has {len(blocks)} blocks of code; they were put together."
    if complete:
        position = blocks.index(complete[-1]) + 1
        return complete[-1], f"The reply has {len(blocks)} blocks of code; block {position} was taken."
    return (parsing[-1] if parsing else None), f"The reply has {len(blocks)} blocks of code; none defines all outputs."


def _without_code(text: str, blocks: Sequence[str], *, truncated: bool) -> Reply:
    if truncated:
        return Reply(None, "The model's reply was cut off at its limit of tokens before the code was complete.")
    if blocks:
        return Reply(None, f"The model's reply is not valid Python: {_syntax_error(max(blocks, key=len))}.")
    if _APOLOGY.search(text):
        return Reply(None, f"The model refused: {_first_sentence(text)}", refused=True)
    return Reply(None, f"The model's reply has no code in it, it begins: {_first_sentence(text)}")


def _parses(code: str) -> bool:
    return not _syntax_error(code)


def _syntax_error(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError as error:
        return f"{error.msg} in line {error.lineno}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""


def _defines(code: str, outputs: tuple[Output, ...]) -> bool:
    """Whether the code assigns every variable among the outputs, and writes something if one is a file."""
    tree = ast.parse(code)
    bound = _bound(tree)
    writes = any(isinstance(node, ast.Attribute) and node.attr.startswith("write") for node in ast.walk(tree))
    return all(writes if output.kind == "file" else output.name in bound for output in outputs)


def _stands_alone(block: str, blocks: Sequence[str]) -> bool:
    """Whether a block uses no name that only the other blocks bind."""
    tree = ast.parse(block)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    elsewhere = {name for other in blocks if other is not block for name in _bound(ast.parse(other))}
    return not (used - _bound(tree)) & elsewhere


def _bound(tree: ast.Module) -> set[str]:
    """Every name that the code assigns, defines or imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return names


def _first_sentence(text: str) -> str:
    line = " ".join(text.split())
    end = re.search(r"[.!?](\s|$)", line)
    sentence = line[: end.end()].strip() if end else line
    return sentence if len(sentence) <= 160 else sentence[:159] + "…"


def _markers(code: str, original_lines: int) -> tuple[dict[int, tuple[int, ...]], dict[int, int]]:
    """By line: what a comment names; and the column where the comment starts (0: the whole line is the comment)."""
    named: dict[int, tuple[int, ...]] = {}
    starts: dict[int, int] = {}
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        match = _MARKER.fullmatch(token.string.strip()) if token.type == tokenize.COMMENT else None
        if match:
            row, column = token.start
            named[row] = _lines(match[1], original_lines)
            starts[row] = column if token.line[:column].strip() else 0
    return named, starts


def _lines(text: str, original_lines: int) -> tuple[int, ...]:
    found: set[int] = set()
    for first, last in _RANGE.findall(text):
        start, end = int(first), min(int(last or first), original_lines)
        found.update(range(max(1, start), end + 1))
    return tuple(sorted(found))


def _lines_of_statements(code: str) -> frozenset[int]:
    """The lines that belong to a top-level statement, decorators included; not blank lines and comments in between."""
    found: set[int] = set()
    for node in ast.parse(code).body:
        start = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        found.update(range(start, (node.end_lineno or start) + 1))
    return frozenset(found)
