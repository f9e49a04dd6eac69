"""Lines of code, each with the lines of the original it stands for, and how long ones are broken."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WIDTH = 100


@dataclass(frozen=True)
class Line:
    """One line of the rewrite."""

    text: str
    lines: tuple[int, ...] = ()

    def indented(self, by: int = 4) -> Line:
        """The line further to the right."""
        return replace(self, text=" " * by + self.text) if self.text else self


def call(head: str, arguments: Sequence[str], lines: Iterable[int], tail: str = "") -> list[Line]:
    """`head(arguments)tail` on one line, or with an argument a line where that is too long."""
    origin = tuple(sorted(set(lines)))
    one = f"{head}({', '.join(arguments)}){tail}"
    if len(one) <= WIDTH or not arguments:
        return [Line(one, origin)]
    packed = f"    {', '.join(arguments)}"
    inner = [packed] if len(packed) <= WIDTH else [f"    {a}," for a in arguments]
    return [Line(t, origin) for t in (f"{head}(", *inner, f"){tail}")]


def comprehension(
    target: str, head: str, arguments: Sequence[str], loop: str, *, read: Iterable[int], looped: Iterable[int]
) -> list[Line]:
    """`target = ld.union([head(arguments) for …])`, broken where it is too long."""
    inside, around = tuple(sorted(set(read))), tuple(sorted(set(looped)))
    one = f"{target} = ld.union([{head}({', '.join(arguments)}) {loop}])"
    if len(one) <= WIDTH:
        return [Line(one, tuple(sorted({*inside, *around})))]
    inner = [line.indented(8) for line in call(head, arguments, inside)]
    return [
        Line(f"{target} = ld.union(", around),
        Line("    [", around),
        *inner,
        Line(f"        {loop}", around),
        Line("    ]", around),
        Line(")", around),
    ]


def tidy(code: str) -> str:
    """The code with double quotes round its strings, as far as that changes nothing else."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return code
    parts: list[str] = []
    position = 0
    offsets = [0]
    for line in code.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    depth = 0
    for token in tokens:
        kind = tokenize.tok_name[token.type]
        depth += (kind == "FSTRING_START") - (kind == "FSTRING_END")
        simple = kind == "STRING" and depth == 0 and token.string.startswith("'") and not token.string.startswith("'''")
        formatted = kind == "STRING" and token.string.startswith("f'") and not token.string.startswith("f'''")
        if not (simple or formatted) or '"' in token.string or "\\'" in token.string or token.string.count("'") > 2:
            continue
        start = offsets[token.start[0] - 1] + token.start[1]
        end = offsets[token.end[0] - 1] + token.end[1]
        parts += [code[position:start], token.string.replace("'", '"')]
        position = end
    return "".join((*parts, code[position:]))


def names_list(names: Iterable[str]) -> str:
    """A list of column names."""
    from lester_jupyter.rewriting.lifting.generate.functions import quoted

    return f"[{', '.join(quoted(n) for n in names)}]"
