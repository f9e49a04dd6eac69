"""Runs original and rewrite on the same version of the inputs, and compares what they leave."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lester_jupyter.rewriting.sandbox.freezing import Frozen
from lester_jupyter.rewriting.sandbox.inputs import InputTree
from lester_jupyter.rewriting.sandbox.sandbox import Job, Profile, RunResult, Sandbox
from lester_jupyter.rewriting.types import Candidate, CheckedInput, Observation, Output
from lester_jupyter.rewriting.verification.comparison import Difference, compare, compare_text
from lester_jupyter.rewriting.verification.edits import Answers
from lester_jupyter.rewriting.verification.mutation import Change, changes
from lester_jupyter.rewriting.verification.observation import file_text, write_values

REAL = Change("the real inputs")
"""The inputs as the user has them."""

_SLACK = 8.0
_SHORTEST_TIMEOUT = 3.0
_SURPLUS_TRIES = 5


class Versions:
    """Everything needed to try one version of the inputs after the other.

    Args:
        sandbox: where both run.
        tree: copies of the files.
        original: the cell.
        candidate: the rewrite.
        frozen: what the original needs from the namespace.
        carried: what original and rewrite need from it.
        observation: what the original did on the real inputs.
    """

    SURPLUS = "The rewrite gives a result."

    def __init__(
        self,
        *,
        sandbox: Sandbox,
        tree: InputTree,
        original: str,
        candidate: Candidate,
        frozen: Frozen,
        carried: Frozen,
        observation: Observation,
    ) -> None:
        self._sandbox = sandbox
        self._tree = tree
        self._original = original
        self._frozen = frozen
        self._carried = carried
        self._timeout = max(_SHORTEST_TIMEOUT, observation.seconds * _SLACK)
        self._real_values = write_values(sandbox, carried.values)
        self.answers = Answers()
        self._surplus_tries = 0
        self.candidate = candidate
        self.observation = observation
        self.inputs = frozenset(carried.values)

    @property
    def has_inputs(self) -> bool:
        """Whether the original reads anything that could be different."""
        return bool(self.observation.reads or self._frozen.values)

    def changes(self, seed: int) -> Iterator[Change]:
        """Changed versions of what the original read."""
        files = {name: self._tree.read(name) for name in self.observation.reads if name in self._tree.names}
        if self._sandbox.isolated():  # only then can a changed copy stand in a place elsewhere
            files |= self._tree.outside(self.observation.reads)
        return changes(files, self._frozen.values, self._original, seed=seed, answers=self.answers)

    def run_original(self, change: Change, *, seed: int = 0) -> RunResult:
        """Runs the original on a version."""
        outputs = [o.name for o in self.candidate.outputs if o.kind == "variable"]
        return self._run(
            code=self._original,
            change=change,
            profile="original",
            frozen=self._frozen,
            outputs=outputs,
            writes=(),
            seed=seed,
            timeout=self._timeout,
        )

    def run_rewrite(
        self, change: Change, *, seed: int = 0, outputs: Sequence[str] | None = (), timeout: float | None = None
    ) -> RunResult:
        """Runs the rewrite on a version; `outputs` default to those it promises."""
        if outputs == ():
            outputs = [o.name for o in self.candidate.outputs if o.kind == "variable"]
        return self._run(
            code=self.candidate.code,
            change=change,
            profile="rewrite",
            frozen=self._carried,
            outputs=outputs,
            writes=self.observation.writes,
            seed=seed,
            timeout=timeout if timeout is not None else self._timeout * 2,
        )

    def compare(self, change: Change) -> tuple[CheckedInput, RunResult]:
        """Runs both on a version and compares; also gives what the original left."""
        original = self.run_original(change)
        if original.failure is not None:
            self._surplus_tries += 1
            if self._surplus_tries > _SURPLUS_TRIES:  # nothing can follow from what the rewrite does here
                return CheckedInput(change.name, "original-raised", original.failure), original
        return judge(change.name, original, self.run_rewrite(change), self), original

    def _run(
        self,
        *,
        code: str,
        change: Change,
        profile: Profile,
        frozen: Frozen,
        outputs: Sequence[str] | None,
        writes: Sequence[str],
        seed: int,
        timeout: float,
    ) -> RunResult:
        values = self._values(change.values)
        linked = profile == "rewrite" or not self.observation.writes
        outside = {name: data for name, data in change.files.items() if name not in self._tree.names}
        with self._tree.laid(change.files, link=linked) as work, self._beside(outside) as overlays:
            job = Job(
                code,
                work,
                profile=profile,
                prelude=frozen.source,
                values=values,
                outputs=tuple(outputs) if outputs is not None else None,
                writes=tuple(writes),
                readable=tuple(name for name in self.observation.reads if name not in self._tree.names),
                overlays=overlays,
                place=self._tree.directory,
                seed=seed,
                hash_seed=seed,
                timeout=timeout,
            )
            return self._sandbox.run(job)

    @contextmanager
    def _beside(self, files: Mapping[str, bytes]) -> Iterator[tuple[tuple[str, str], ...]]:
        """Changed copies of files outside of the working directory, and where they belong."""
        directory = self._sandbox.directory()
        try:
            pairs = []
            for number, (place, data) in enumerate(files.items()):
                copy = directory / str(number)
                copy.write_bytes(data)
                pairs.append((str(copy), place))
            yield tuple(pairs)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _values(self, changed: Mapping[str, Any]) -> Path | None:
        if not changed:
            return self._real_values
        return write_values(self._sandbox, {**self._carried.values, **changed})


def judge(name: str, original: RunResult, rewritten: RunResult, versions: Versions) -> CheckedInput:
    """The verdict on one version."""
    if original.failure is not None:
        surplus = f" {Versions.SURPLUS}" if rewritten.failure is None else ""
        return CheckedInput(name, "original-raised", f"{original.failure}.{surplus}")
    if rewritten.failure is not None:
        line = f" (line {rewritten.error_line} of the rewrite)" if rewritten.error_line is not None else ""
        return CheckedInput(name, "rewrite-raised", f"{rewritten.failure}{line}")
    for output in versions.candidate.outputs:
        ordered = output.name not in versions.observation.unordered
        difference = _difference(output, original, rewritten, ordered=ordered)
        if difference is not None:
            detail = f"{output.name}: {difference.detail}"
            return CheckedInput(
                name, "different", detail, difference.row, difference.original_row, difference.rewritten_row
            )
    promised = {output.name for output in versions.candidate.outputs}
    changed = (rewritten.variables.keys() & versions.inputs) - original.variables.keys() - promised
    if changed:
        return CheckedInput(
            name, "different", f"The rewrite changes the variable {min(changed)!r}, which the original leaves as it is."
        )
    return CheckedInput(name, "equal")


def _difference(output: Output, original: RunResult, rewritten: RunResult, *, ordered: bool) -> Difference | None:
    if output.kind == "file":
        if output.name not in original.files:
            return Difference("only the rewrite writes it.") if output.name in rewritten.files else None
        if output.name not in rewritten.files:
            return Difference("the rewrite does not write it.")
        texts = (file_text(run.files[output.name]) for run in (original, rewritten))
        return compare_text(*texts, ordered=ordered)
    if output.name not in original.encoded:
        if output.name in original.unencodable:
            return Difference(original.unencodable[output.name])
        return Difference("only the rewrite makes it.") if output.name in rewritten.variables else None
    if output.name not in rewritten.encoded:
        return Difference(rewritten.unencodable.get(output.name, "the rewrite does not make it."))
    if original.encoded[output.name] == rewritten.encoded[output.name]:
        return None
    return compare(original.value(output.name), rewritten.value(output.name), ordered=ordered)
