"""A provider that answers from a directory of recorded replies: continuous integration needs no model and no key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from lester_jupyter.errors import ProviderError
from lester_jupyter.rewriting.providers.provider import Completion, Message, OnToken, Provider


class ReplayProvider:
    """Answers each conversation with what was recorded for exactly these messages.

    Args:
        directory: where the recordings are: one JSON file a conversation, named by the hash of its messages.
        record: a provider to ask, and to record, where there is no recording yet.
    """

    def __init__(self, directory: str | Path, record: Provider | None = None) -> None:
        self._directory = Path(directory)
        self._record = record

    @property
    def name(self) -> str:
        """That of the recorded provider, so that its cached rewrites stay valid; else "replay"."""
        return self._record.name if self._record is not None else "replay"

    def complete(self, messages: Sequence[Message], *, on_token: OnToken | None = None) -> Completion:
        """The recorded reply, or a fresh one that is recorded.

        Raises:
            ProviderError: nothing is recorded for these messages, or the recording is damaged.
        """
        path = self._directory / f"{digest(messages)}.json"
        if path.exists():
            completion = _read(path)
            if on_token is not None:
                on_token(completion.text)
            return completion
        if self._record is None:
            raise ProviderError(
                f"There is no recorded reply for this conversation in {self._directory} ({path.name}).",
                hint="record it once with a provider that can answer.",
            )
        completion = self._record.complete(messages, on_token=on_token)
        _write(path, completion)
        return completion


def digest(messages: Sequence[Message]) -> str:
    """A hash of the roles and texts of a conversation (16 hexadecimal digits)."""
    turns = [[message["role"], message["content"]] for message in messages]
    return hashlib.sha256(json.dumps(turns, ensure_ascii=True).encode()).hexdigest()[:16]


def _read(path: Path) -> Completion:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Completion(**{**stored, "text": "\n".join(stored["text"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ProviderError(
            f"The recorded reply {path} cannot be read ({type(error).__name__}).", hint="delete it and record again."
        ) from error


def _write(path: Path, completion: Completion) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Text as lines, so that a recording can be reviewed and compared like code.
    stored = {**asdict(completion), "text": completion.text.split("\n")}
    path.write_text(json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
