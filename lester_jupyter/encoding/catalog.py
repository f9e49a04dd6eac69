"""The table of all transformers with their rules, for README.md: `python -m lester_jupyter.encoding.catalog`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import lester_jupyter.encoding.transformers as _rules
from lester_jupyter.encoding.rules import RULES, Rule

assert _rules  # importing it registers the rules

README = Path(__file__).with_name("README.md")
_START, _END = "<!-- table: generated -->\n", "<!-- end of table -->\n"


def entries() -> list[tuple[str, Rule]]:
    """All transformers that have a rule, by name."""
    return sorted(((kind.__name__, found) for kind, found in RULES.items()), key=lambda entry: entry[0].casefold())


def table() -> str:
    """The table in Markdown, one line a rule: its transformers, where their features come from, how sure that is."""
    by_rule = sorted(entries(), key=lambda entry: (entry[1].words, entry[0].casefold()))
    lines = []
    for words, group in groupby(by_rule, key=lambda entry: entry[1].words):
        members = list(group)
        names = ", ".join(f"`{name}`" for name, _ in members)
        lines.append(f"| {names} | {words} | {members[0][1].precision} |\n")
    head = "| transformers | where a feature comes from | lineage |\n| --- | --- | --- |\n"
    return head + "".join(sorted(lines, key=str.casefold))


def readme(text: str) -> str:
    """A README with the table in its place.

    Args:
        text: the README as it is, with the two marks between which the table stands.
    """
    before, rest = text.split(_START)
    return before + _START + table() + _END + rest.split(_END)[1]


def main() -> None:
    """Writes the table into README.md."""
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
