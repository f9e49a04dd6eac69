"""`%%lester` and `%lester`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pandas as pd
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import parse_argstring
from traitlets import Bool, Enum, Float, Int, Unicode
from traitlets.config import Configurable

from lester_jupyter.errors import UsageError
from lester_jupyter.magic import display
from lester_jupyter.magic.arguments import COMMANDS, lester_arguments
from lester_jupyter.magic.commands import Call, execute
from lester_jupyter.magic.original import Failure, fail_like, run_original
from lester_jupyter.magic.session import Request, Session
from lester_jupyter.rewriting.lifting import free_names
from lester_jupyter.rewriting.settings import REWRITERS, Settings
from lester_jupyter.rewriting.stages import named


@magics_class
class LesterMagics(Magics, Configurable):
    """Rewrites messy cells into verified declarative pipelines; set options with `%config LesterMagics.…`."""

    rewriter = Enum(["", *REWRITERS], default_value="", help="auto, rules or llm; empty: as configured elsewhere.").tag(
        config=True
    )
    model = Unicode("", help="Name of the language model.").tag(config=True)
    base_url = Unicode("", help="An OpenAI-compatible endpoint.").tag(config=True)
    rounds = Int(0, help="How many replies of the model are tried; 0: as configured elsewhere.").tag(config=True)
    verify_seconds = Float(0.0, help="Time for checking on changed inputs; 0: as configured elsewhere.").tag(
        config=True
    )
    share_samples = Bool(False, help="Allow values of the data in what is sent to the model.").tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(shell=shell, parent=shell)
        self._shell = shell
        self._last: Session | None = None

    @lester_arguments
    @line_cell_magic
    def lester(self, line: str, cell: str | None = None) -> Any:
        """Runs the cell as always, then rewrites it into a verified declarative pipeline.

        `%%lester` on top of a cell: the cell runs exactly as without it. Then its code is rewritten, the rewrite is
        checked against what the cell gave (on your inputs, and on changed ones), and a view shows the difference, the
        plan and the records. `%lester COMMAND` speaks about the last such cell:

            %lester status      what became of it, and why
            %lester accept      put the declarative code in place of the cell
            %lester reject      drop it
            %lester retry       try again (--hint "…" for the language model)
            %lester plan        the plan as text
            %lester records 3   the records of operator 3 (default: of the result)
            %lester trace 0     where row 0 of the result came from and went
            %lester code        the declarative code
            %lester show        the view again
        """
        options = parse_argstring(self.lester, line)
        if cell is None:
            return self._command(options)
        if options.command:
            raise UsageError(f"{' '.join(options.command)!r} on the line of a %%lester cell means nothing.")
        settings = self._settings(options)  # a wrong option is told before the cell runs
        stage = named(options.stage) if options.stage else None
        before, directory = self._needed(cell), Path.cwd()  # the cell may change both
        self._forget()  # from here on, `%lester` speaks about this cell
        failure = run_original(self._shell, cell)
        if failure is not None:
            fail_like(self._shell, failure, remark_on(failure))
        request = Request(
            code=cell,
            directory=directory,
            namespace=before,
            stage=stage,
            outputs=tuple(options.output) if options.output else None,
            hint=options.hint,
            settings=settings,
        )
        if options.dry_run:
            print(dry_run(request))
            return None
        self._rewrite(request)
        return None

    def _rewrite(self, request: Request) -> None:
        session = self._last = Session(request)
        self._shell.user_ns["_lester"] = session
        live = somebody_watches(self._shell)
        if live:  # the view follows the progress; elsewhere it is shown once, when it is complete
            session.view.show()
        session.work()
        if not live:
            session.view.show()

    def _forget(self) -> None:
        self._last = None
        self._shell.user_ns.pop("_lester", None)

    def _command(self, options: Any) -> Any:
        name, *words = options.command or [""]
        if name not in COMMANDS:
            raise UsageError(
                f"There is no command {name!r}." if name else "%lester needs a command.", available=COMMANDS
            )
        if self._last is None:
            raise UsageError("There is no rewritten cell.", hint="put %%lester on top of a cell and run it")
        return execute(name, Call(self._shell, self._last, words, options))

    def _settings(self, options: Any) -> Settings:
        return Settings.load(
            Path.cwd(),
            rewriter=options.rewriter or self.rewriter or None,
            model=options.model or self.model or None,
            base_url=self.base_url or None,
            rounds=self.rounds or None,
            verify_seconds=options.verify_seconds or self.verify_seconds or None,
            share_samples=(options.share_samples or self.share_samples) or None,
        )

    def _needed(self, cell: str) -> dict[str, Any]:
        """The variables that the cell reads, as they are before it runs (it may change them)."""
        try:
            names = free_names(cell)
        except SyntaxError:
            return {}
        return {name: _kept(value) for name, value in _with_what_they_use(names, self._shell.user_ns).items()}


def somebody_watches(shell: Any) -> bool:
    """Whether a person sits before the cell: then, and only then, front ends let a cell ask for input.

    nbclient, papermill and nbval do not, and nbval knows no updates of what was displayed.
    """
    kernel = getattr(shell, "kernel", None)
    return kernel is not None and bool(getattr(kernel, "_allow_stdin", True))


def _with_what_they_use(names: Iterable[str], variables: Mapping[str, Any]) -> dict[str, Any]:
    """These variables, and those that the functions among them may look up when they are called."""
    found: dict[str, Any] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name in variables:
            found[name] = variables[name]
            waiting.extend(_looked_up(found[name]))
    return found


def _looked_up(value: Any) -> Iterator[str]:
    """All names in a function's code; too many (attributes are among them), never too few."""
    if isinstance(value, FunctionType):
        yield from _looked_up(value.__code__)
    elif isinstance(value, CodeType):
        yield from value.co_names
        for constant in value.co_consts:
            yield from _looked_up(constant)


def _kept(value: Any) -> Any:
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy(deep=False)  # copy on write: the cell's changes stay its own
    if isinstance(value, list | dict | set | tuple):
        try:
            return copy.deepcopy(value)
        except Exception:  # noqa: BLE001 - what cannot be copied is passed as it is; verification tells if that matters
            return value
    return value


def remark_on(failure: Failure) -> str:
    """The one line below a cell's own error."""
    return (
        f"lester: the cell raised {type(failure.error).__name__}, so there is nothing to rewrite. "
        "Mend the cell and run it again."
    )


def dry_run(request: Request) -> str:
    """Exactly what would be sent to a language model for this cell."""
    from lester_jupyter.rewriting.rewrite import dry_run as text_of

    return text_of(
        request.code,
        directory=request.directory,
        stage=request.stage,
        namespace=request.namespace,
        hint=request.hint,
        outputs=request.outputs,
        settings=request.settings,
    )


def load(shell: Any) -> None:
    """Registers the magics (once: loading again keeps the session), and the view of runs and plans."""
    if not isinstance(_registered(shell), LesterMagics):
        shell.register_magics(LesterMagics(shell))
    display.register(shell)


def unload(shell: Any) -> None:
    """Takes the magics away, and the view of runs and plans."""
    display.unregister(shell)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("lester", None)
    shell.user_ns.pop("_lester", None)


def _registered(shell: Any) -> Any:
    return getattr(shell.magics_manager.magics["cell"].get("lester"), "__self__", None)
