"""One `%%lester` cell from its rewrite to the user's decision: the work, its progress, and the view of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lester_jupyter.errors import LesterError, UsageError
from lester_jupyter.frame import Capture
from lester_jupyter.magic.source import CapturedRun
from lester_jupyter.rewriting.progress import STEPS
from lester_jupyter.rewriting.rewrite import Rewrite, rewrite
from lester_jupyter.rewriting.running import StageRun
from lester_jupyter.rewriting.settings import Settings
from lester_jupyter.rewriting.types import Finding
from lester_jupyter.widgets import RewriteView, plan_payload, verification_payload


@dataclass(frozen=True)
class Request:
    """What is to be rewritten, and how.

    Attributes:
        code: the cell.
        directory: where it ran.
        namespace: the notebook's variables that it needs, as they were before it ran.
        stage: what the cell does, if the user said so.
        outputs: what it is to re-create, if the user said so.
        hint: what the model is told, or None.
        settings: everything else.
    """

    code: str
    directory: Path
    namespace: Mapping[str, Any] = field(repr=False)
    stage: str | None = None
    outputs: tuple[str, ...] | None = None
    hint: str | None = None
    settings: Settings = field(default_factory=Settings)


_EDITED = Finding("not-verified", "warning", "The accepted code was edited; it is checked the next time the cell runs.")


class InterruptedRewrite(KeyboardInterrupt):
    """The user stopped the rewriting, not the cell."""

    def _render_traceback_(self) -> list[str]:
        """IPython's protocol: one line, not a stack of our frames."""
        return ["KeyboardInterrupt: the rewrite was interrupted; your cell ran as always."]


class Session:
    """Rewrites one cell and keeps what came of it.

    Args:
        request: what to rewrite.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.rewrite: Rewrite | None = None
        self.run: StageRun | None = None
        self.view = RewriteView(
            original=request.code,
            title="",
            progress=_nothing_done(),
            on_accept=self._accepted_in_view,
            on_reject=self.reject,
            on_retry=self._retried_in_view,
        )

    # the work ----------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Rewrites, checks and runs, and shows each step in the view; a fault of ours is told there.

        Raises:
            InterruptedRewrite: the user stopped it.
        """
        self._begin()
        try:
            self._work()
        except LesterError as error:
            self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - the notebook must not break on a fault of ours
            self._failed(f"lester_jupyter failed ({type(error).__name__}: {error}); your cell ran as always.")
        except KeyboardInterrupt:
            self._failed("The rewrite was interrupted; your cell ran as always.")
            raise InterruptedRewrite from None
        finally:
            self.view.keep_record()

    def _begin(self) -> None:
        """Nothing of an earlier try stays: neither its run nor its plan may stand beside another rewrite."""
        self.rewrite = self.run = None
        self.view.set_source(None)
        self.view.plan = {}
        self.view.rewritten, self.view.verification, self.view.message = "", {}, ""
        self.view.progress = _nothing_done()
        self.view.status = "working"

    def _failed(self, message: str) -> None:
        self.view.status, self.view.message = "failed", message

    def _work(self) -> None:
        request = self.request
        self.rewrite = rewrite(
            request.code,
            directory=request.directory,
            stage=request.stage,
            namespace=request.namespace,
            hint=request.hint,
            outputs=request.outputs,
            settings=request.settings,
            on_progress=self._progress,
        )
        self._show_rewrite(self.rewrite)
        if self.rewrite.verified:
            self._run(self.rewrite)
        else:
            self._progress("run", "skipped", "only a verified rewrite runs without being asked")
        self.view.status = self.status

    def _run(self, done: Rewrite, *, force: bool = False) -> None:
        self._progress("run", "running", "")
        try:
            self.run = done.run(directory=self.request.directory, namespace=self.request.namespace, force=force)
        except Exception as error:  # noqa: BLE001 - the rewrite is somebody's code: whatever it raises is shown, not hidden
            self._progress("run", "failed", f"{type(error).__name__}: {error}")
            self.view.message = f"The rewrite could not be run here: {type(error).__name__}: {error}"
            return
        self._progress("run", "done", "")
        capture = self.run.capture
        if capture is None or not capture.frames:
            return
        self.view.set_source(CapturedRun(capture))
        payload = plan_payload(
            CapturedRun(capture),
            plan_id=hashlib.blake2b(done.code.encode(), digest_size=8).hexdigest(),
            title=self.view.title,
            original=done.original,
            rewritten=done.code,
            completeness=capture.plan.completeness,
        )
        self.view.plan = dict(payload)

    def _show_rewrite(self, done: Rewrite) -> None:
        self.view.rewritten = done.code
        self.view.title = ", ".join(o.name for o in done.outputs) or "this cell"
        self.view.verification = dict(verification_payload(done.verification, self.findings) or {})

    def _progress(self, step: str, state: str, detail: str) -> None:
        title = STEPS[step]  # type: ignore[index]
        self.view.progress = [
            {"step": title, "state": state, "detail": detail} if p["step"] == title else p for p in self.view.progress
        ]

    # what came of it ---------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """`verified`, `unverified` (there is code, but not proven), or `refused` (there is none)."""
        if self.rewrite is None:
            return "failed"
        if self.rewrite.verified:
            return "verified"
        return "unverified" if self.rewrite.code else "refused"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What there is to say about the cell."""
        return self.rewrite.findings if self.rewrite is not None else ()

    @property
    def capture(self) -> Capture:
        """The plan and tables of the run.

        Raises:
            UsageError: the rewrite has not run.
        """
        if self.run is None or self.run.capture is None:
            raise UsageError("The rewrite of this cell has not run, so there is no plan.", hint=self._next_step())
        return self.run.capture

    def _next_step(self) -> str:
        if self.status == "unverified":
            return "%lester status says why; %lester accept --force takes it anyway"
        return "%lester status says why"

    # decisions ---------------------------------------------------------------------------------------------------

    def accept(self, code: str | None = None, *, force: bool = False) -> str:
        """Keeps the rewrite (or the user's edit of it) for good.

        Returns:
            The code to put in place of the cell.

        Raises:
            UsageError: there is nothing to accept, or it is not verified and `force` is not set.
        """
        done = self.rewrite
        if done is None or not done.code:
            raise UsageError("There is no rewrite to accept.", hint="%lester status says why")
        if not done.verified and not force:
            raise UsageError("This rewrite is not verified.", hint="%lester accept --force takes it anyway")
        accepted = done.code if code is None else code
        problems = done.accept(accepted)
        if accepted != done.code:  # the evidence is about the code as it was
            self.view.verification = dict(verification_payload(None, (_EDITED,)) or {})
        self.view.rewritten, self.view.status = accepted, "accepted"
        self.view.message = " ".join(problem.message for problem in problems)
        self.view.keep_record()
        return accepted

    def reject(self) -> None:
        """Drops the rewrite; the cell stays as it is, and what was accepted for it no longer is."""
        problems = self.rewrite.reject() if self.rewrite is not None else ()
        self.view.status = "rejected"
        self.view.message = " ".join(problem.message for problem in problems)
        self.view.keep_record()

    def retry(self, hint: str | None) -> None:
        """Tries again, with a hint for the language model if there is one; not with what was accepted before."""
        if self.rewrite is not None:
            self.rewrite.reject()
        self.request = replace(self.request, hint=hint or None)
        self.work()

    def _accepted_in_view(self, code: str) -> None:
        try:
            self.accept(code, force=True)  # the user saw the badge and the counterexample, and clicked
        except LesterError as error:
            self.view.message = str(error)
            return
        if not self.view.placed:
            place = "Accepted. Run %lester accept in a cell to put the code in its place."
            self.view.message = f"{place} {self.view.message}".rstrip()

    def _retried_in_view(self, hint: str, code: str) -> None:
        del code
        with suppress(InterruptedRewrite):  # the view says it
            self.retry(hint)


def _nothing_done() -> list[dict[str, str]]:
    return [{"step": title, "state": "waiting", "detail": ""} for title in STEPS.values()]
