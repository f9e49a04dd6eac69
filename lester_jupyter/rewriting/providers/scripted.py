"""A provider that gives prepared answers: for tests, and as the shortest complete example of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lester_jupyter.errors import ProviderError
from lester_jupyter.rewriting.providers.provider import Completion, Message, OnToken


class ScriptedProvider:
    """Gives the next of `replies` each time it is asked.

    Args:
        replies: texts (a finished reply), completions (with a finish reason and token counts), or errors to raise.

    Attributes:
        asked: the messages of each request so far.
    """

    def __init__(self, replies: Iterable[str | Completion | ProviderError]) -> None:
        self._replies = list(replies)
        self.asked: list[tuple[Message, ...]] = []

    @property
    def name(self) -> str:
        """Always "scripted"."""
        return "scripted"

    def complete(self, messages: Sequence[Message], *, on_token: OnToken | None = None) -> Completion:
        """The next reply; its words arrive one by one.

        Raises:
            ProviderError: the script has come to its end, or has an error at this place.
        """
        self.asked.append(tuple(messages))
        if len(self.asked) > len(self._replies):
            raise ProviderError(
                f"The script has {len(self._replies)} replies, but was asked {len(self.asked)} times.",
                hint="add the missing reply.",
            )
        reply = self._replies[len(self.asked) - 1]
        if isinstance(reply, ProviderError):
            raise reply
        completion = Completion(text=reply, model=self.name) if isinstance(reply, str) else reply
        if on_token is not None:
            for word in completion.text.splitlines(keepends=True):
                on_token(word)
        return completion
