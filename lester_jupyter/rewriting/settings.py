"""What the user can decide about rewriting, and where each decision is looked up.

Precedence, weakest first: the defaults below ← `[tool.lester]` in the nearest pyproject.toml at or above the working
directory ← environment variables ← explicit arguments (which is also how `%config LesterMagics.…` arrives).
The key of the language model's service is not a setting: it is read from OPENAI_API_KEY when a request is made,
and kept nowhere.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lester_jupyter.errors import UsageError

REWRITERS = ("auto", "rules", "llm")
"""The strategies of `rewriter.py`, by the names that users write."""

ENVIRONMENT = {
    "rewriter": "LESTER_REWRITER",
    "model": "LESTER_MODEL",
    "base_url": "OPENAI_BASE_URL",
    "rounds": "LESTER_ROUNDS",
    "verify_seconds": "LESTER_VERIFY_SECONDS",
    "minimum_inputs": "LESTER_MINIMUM_INPUTS",
    "share_samples": "LESTER_SHARE_SAMPLES",
    "store": "LESTER_STORE",
    "timeout_seconds": "LESTER_TIMEOUT_SECONDS",
}
"""The environment variable of each setting."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Settings:
    """Decisions about rewriting.

    Attributes:
        rewriter: `auto` (accepted rewrite, else rules, else the language model), `rules` or `llm`.
        model: the model to ask; empty means the service's own default.
        base_url: an OpenAI-compatible endpoint; empty means OpenAI's.
        rounds: how many replies of the model are tried at most, the first one included.
        verify_seconds: time budget for checking one candidate on changed inputs.
        minimum_inputs: how many changed inputs to try, if the time allows.
        share_samples: whether values of the data may be sent to the model.
        store: the directory of accepted rewrites, relative to the working directory.
        timeout_seconds: how long one reply of the model may take.
    """

    rewriter: str = "auto"
    model: str = ""
    base_url: str = ""
    rounds: int = 3
    verify_seconds: float = 20.0
    minimum_inputs: int = 20
    share_samples: bool = False
    store: str = ".lester"
    timeout_seconds: float = 300.0

    def __post_init__(self) -> None:
        if self.rewriter not in REWRITERS:
            raise UsageError(f"There is no rewriter {self.rewriter!r}.", available=REWRITERS)
        if self.rounds < 1:
            raise UsageError(f"rounds is {self.rounds}, but at least one reply has to be tried.", hint="set rounds=3.")
        for name in ("verify_seconds", "timeout_seconds"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} is {getattr(self, name)}, but must be a positive number of seconds.")
        if self.minimum_inputs < 1:
            raise UsageError(f"minimum_inputs is {self.minimum_inputs}, but at least one changed input is needed.")

    @classmethod
    def load(
        cls, directory: str | Path = ".", environment: Mapping[str, str] | None = None, **explicit: Any
    ) -> Settings:
        """Collects the settings that hold in `directory`.

        Args:
            directory: where the search for pyproject.toml starts, going up.
            environment: environment variables; the process's own by default.
            **explicit: settings that override all others; None means "not given".

        Raises:
            UsageError: an unknown setting, a value of the wrong type, or an unreadable pyproject.toml.
        """
        given = os.environ if environment is None else environment
        values = _from_project(Path(directory))
        for name, variable in ENVIRONMENT.items():
            if given.get(variable):
                values[name] = _convert(name, given[variable], f"the environment variable {variable}")
        for name, value in explicit.items():
            if value is not None:
                values[name] = _convert(name, value, "the arguments")
        return cls(**values)


def _from_project(directory: Path) -> dict[str, Any]:
    path = next((p / "pyproject.toml" for p in _upwards(directory) if (p / "pyproject.toml").is_file()), None)
    if path is None:
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("lester", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path} cannot be read as TOML ({error}).", hint="correct the file.") from error
    values = {name: _convert(name, value, f"[tool.lester] of {path}") for name, value in table.items()}
    # A project somebody else wrote must not decide where this user's key is sent.
    host = urlsplit(values.get("base_url", "")).hostname
    if host is not None and host not in _LOOPBACK:
        raise UsageError(
            f"[tool.lester] of {path} names the endpoint {host}, but a project file may only name one on this machine.",
            hint="set the environment variable OPENAI_BASE_URL instead.",
        )
    return values


def _upwards(directory: Path) -> tuple[Path, ...]:
    resolved = directory.resolve()
    return (resolved, *resolved.parents)


def _convert(name: str, value: object, origin: str) -> Any:
    """The value in the type of the setting `name`; `origin` says where a wrong one was found."""
    known = {field.name: field.default for field in fields(Settings)}
    if name not in known:
        raise UsageError(f"{origin} names the setting {name!r}, which does not exist.", available=known)
    wanted = type(known[name])
    try:
        return _CONVERTERS[wanted](value)
    except (TypeError, ValueError):
        raise UsageError(f"{origin} gives {value!r} for {name}.", hint=f"{name} is {_NOUNS[wanted]}.") from None


def _to_bool(value: object) -> bool:
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ValueError(word)


def _to_int(value: object) -> int:
    if isinstance(value, bool | float):
        raise TypeError
    return int(str(value))


def _to_float(value: object) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(str(value))


def _to_str(value: object) -> str:
    if not isinstance(value, str | Path):
        raise TypeError
    return str(value)


_CONVERTERS: dict[type, Callable[[object], Any]] = {str: _to_str, int: _to_int, float: _to_float, bool: _to_bool}
_NOUNS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
