"""What the parts of rewriting hand to each other: plain frozen values, no behaviour.

An `Original` is observed (`Observation`), a rewriter proposes a `Candidate`, verification judges it
(`Verification`), and all of them speak to the user in `Finding`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["info", "warning", "error"]
OutputKind = Literal["variable", "file"]


@dataclass(frozen=True)
class Finding:
    """One thing the user should know about the code, tied to its lines.

    Attributes:
        kind: a stable slug, such as `not-lifted`, `non-deterministic`, `external-call`, `state-across-rows`,
            `counterexample`, `leakage`, `output-missing`, `policy`, `provider`.
        severity: `error` stops the rewrite, `warning` asks for attention, `info` explains.
        lines: first and last line of the original code it speaks about (1-based, inclusive), or None.
        message: one sentence: what was found.
        hint: what the user can do about it, or an empty string.
    """

    kind: str
    severity: Severity
    message: str
    lines: tuple[int, int] | None = None
    hint: str = ""


@dataclass(frozen=True)
class Output:
    """Something the original leaves behind for others: a variable of the namespace, or a file it wrote."""

    name: str
    kind: OutputKind = "variable"


@dataclass(frozen=True)
class Candidate:
    """A proposed rewrite, not yet judged.

    Attributes:
        code: the declarative code.
        outputs: what it re-creates, in the original's order.
        frames: for each output, the variable of the code that holds the frame behind it (where there is one).
        line_map: for each line of `code` (1-based) the lines of the original it stands for.
        findings: what the rewriter has to say.
    """

    code: str
    outputs: tuple[Output, ...]
    frames: Mapping[str, str] = field(default_factory=dict)
    line_map: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Observation:
    """What happened when the original ran in the sandbox.

    Attributes:
        reads: files it read, relative to the working directory where they lie below it, in order of first use.
        writes: files it wrote, likewise.
        variables: for each new or changed name of the namespace the type of its value ("list", "dict", "DataFrame", …).
        values: the decoded values of the outputs (only those that could be encoded).
        files: the text of each file it wrote.
        external: network or subprocess calls it tried (they are not executed), one sentence each.
        stdout: what it printed.
        error: "KeyError: 'x'" and its line where it raised, else None.
        error_line: line of the original where it raised.
        deterministic: False when a second run with other seeds differs.
        unordered: outputs whose order alone differs between the two runs: they are compared as multisets.
        unencodable: why the value of a variable is not in `values`.
        stopped: why the run was ended from outside (time, memory, a crash), one sentence, else None.
        seconds: how long the first run took.
        findings: what the runs have to say: non-determinism, external calls, values that cannot be compared.
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    external: tuple[str, ...] = ()
    stdout: str = ""
    error: str | None = None
    error_line: int | None = None
    deterministic: bool = True
    unordered: tuple[str, ...] = ()
    unencodable: Mapping[str, str] = field(default_factory=dict)
    stopped: str | None = None
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class CheckedInput:
    """The verdict on one version of the inputs.

    Attributes:
        name: "the real inputs", or what was changed ("customers.csv: row 3 deleted").
        outcome: `equal`, `different`, `original-raised` (nothing to compare: does not count), or `rewrite-raised`.
        detail: for a difference, one sentence with both values; for an error, its text.
        row: position of the first differing row of the output, or None.
        original_row: that row as the original has it (shown as text), or None.
        rewritten_row: that row as the rewrite has it, or None.
    """

    name: str
    outcome: Literal["equal", "different", "original-raised", "rewrite-raised"]
    detail: str = ""
    row: int | None = None
    original_row: str | None = None
    rewritten_row: str | None = None


@dataclass(frozen=True)
class Verification:
    """Whether a candidate may be called verified, and on what evidence.

    Attributes:
        verified: equal on the real inputs and on every changed input that the original accepts (at least one).
        checked: every version of the inputs that was tried, the real ones first.
        findings: counterexample, non-determinism, external calls, time budget used up, …
    """

    verified: bool
    checked: tuple[CheckedInput, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def changed_equal(self) -> int:
        """On how many changed versions of the inputs the outputs were equal (the real ones are not counted)."""
        return sum(c.outcome == "equal" and not c.name.startswith("the real inputs") for c in self.checked)

    @property
    def counterexample(self) -> CheckedInput | None:
        """The first version of the inputs on which the rewrite differs, or None."""
        return next((c for c in self.checked if c.outcome in ("different", "rewrite-raised")), None)


@dataclass(frozen=True)
class Attempt:
    """One try of a rewriter: what was asked, what came back, and why it was not enough."""

    number: int
    rewriter: str
    asked: str
    code: str
    outcome: Literal["verified", "refused", "different", "policy", "failed", "unparsable", "provider"]
    reason: str = ""
    tokens: int = 0
