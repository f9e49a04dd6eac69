"""What a language model's service is to us: one method, messages in, text out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict

Role = Literal["system", "user", "assistant"]


class Message(TypedDict):
    """One turn of the conversation, in the shape of the OpenAI protocol."""

    role: Role
    content: str


@dataclass(frozen=True)
class Completion:
    """One reply.

    Attributes:
        text: what the model wrote.
        prompt_tokens: tokens of the messages as counted by the service, or None where it does not say.
        completion_tokens: tokens of the reply, likewise.
        model: the model that answered, as the service names it.
        finish_reason: "stop", "length" (truncated), "content_filter", "refusal" (`text` is then its explanation), or
            whatever else the service says.
    """

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    model: str = ""
    finish_reason: str = "stop"

    @property
    def tokens(self) -> int:
        """All tokens of this exchange; 0 where the service does not count them."""
        return (self.prompt_tokens or 0) + (self.completion_tokens or 0)


OnToken = Callable[[str], None]
"""Is given each piece of text of a reply as it arrives."""


class Provider(Protocol):
    """A service that answers a conversation."""

    @property
    def name(self) -> str:
        """The model, for progress and for the cache; neither a key nor an address."""
        ...

    def complete(self, messages: Sequence[Message], *, on_token: OnToken | None = None) -> Completion:
        """Answers `messages`.

        Raises:
            ProviderError: in one sentence, what failed and what to do next.
        """
        ...
