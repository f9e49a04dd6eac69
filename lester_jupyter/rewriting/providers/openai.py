"""Any service that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from lester_jupyter.errors import ProviderError
from lester_jupyter.rewriting.providers.provider import Completion, Message, OnToken

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

    from lester_jupyter.rewriting.providers.failures import Endpoint, Failure

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-5.4"
"""Asked for at OpenAI where the user names no model; other endpoints are asked what they have."""

MAXIMUM_WAIT_SECONDS = 60.0
"""A service that asks for a longer pause is reported instead of waited for."""


class OpenAIProvider:
    """Asks an OpenAI-compatible endpoint, and streams its reply.

    The key is read from OPENAI_API_KEY when a request is made, and kept nowhere. A busy or failing service is asked
    again a bounded number of times; each wait is announced.

    Args:
        model: the model's name; empty for the endpoint's default.
        base_url: the endpoint; empty for OpenAI's.
        timeout_seconds: how long one reply may take.
        retries: how many further tries a busy, failing or interrupted service gets.
        on_wait: is given one sentence before each wait.
        sleep: waits; tests replace it.
        environment: where the key is read from; the process's own by default.
    """

    def __init__(
        self,
        model: str = "",
        base_url: str = "",
        *,
        timeout_seconds: float = 300.0,
        retries: int = 2,
        on_wait: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._model = model or (DEFAULT_MODEL if not base_url else "")
        self._base_url = base_url or DEFAULT_BASE_URL
        self._timeout = timeout_seconds
        self._retries = retries
        self._on_wait = on_wait
        self._sleep = sleep
        self._environment = environment
        self._counts_usage = True

    @property
    def name(self) -> str:
        """The model."""
        return self._model or "the endpoint's model"

    def __repr__(self) -> str:
        return f"OpenAIProvider({self.name!r} at {self._host!r})"

    @property
    def _host(self) -> str:
        parts = urlsplit(self._base_url)
        return parts.netloc.rpartition("@")[2]

    def complete(self, messages: Sequence[Message], *, on_token: OnToken | None = None) -> Completion:
        """Asks, and returns the whole reply; its pieces go to `on_token` as they arrive.

        Raises:
            ProviderError: in one sentence what failed, and what to do next. It never holds the key.
        """
        from lester_jupyter.rewriting.providers.failures import Failure

        key = self._key()
        tries = self._retries + 1
        number = 1
        while isinstance(result := self._ask(messages, key, on_token), Failure):
            if result.wait is None or result.wait > MAXIMUM_WAIT_SECONDS or number == tries:
                # Raised here and not where it was caught: no request with its headers hangs on it as a context.
                raise _after_waiting(result, number).error()
            number += 1
            if self._on_wait is not None:
                self._on_wait(f"{result.message} Waiting {result.wait:.0f} s, then try {number} of {tries}.")
            self._sleep(result.wait)
        return result

    def _key(self) -> str:
        parts = urlsplit(self._base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ProviderError(
                f"The endpoint {self._host or '(unnamed)'} is not a web address.",
                hint="set OPENAI_BASE_URL to something like http://localhost:11434/v1.",
            )
        key = (os.environ if self._environment is None else self._environment).get("OPENAI_API_KEY", "").strip()
        if not key and self._base_url == DEFAULT_BASE_URL:
            raise ProviderError(
                "There is no key for OpenAI.",
                hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for a service of your own;"
                " the embedded rules need none (rewriter='rules').",
            )
        # The HTTP library would quote the whole header in its complaint.
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ProviderError(
                "The key in OPENAI_API_KEY has characters that no key has.", hint="copy it again, without blanks."
            )
        return key

    def _ask(self, messages: Sequence[Message], key: str, on_token: OnToken | None) -> Completion | Failure:
        import openai

        from lester_jupyter.rewriting.providers.failures import Endpoint, explain, unknown_model

        endpoint = Endpoint(self._host, self._model, key, self._timeout)
        # Services without keys ignore it, but the client wants one.
        with openai.OpenAI(
            api_key=key or "none", base_url=self._base_url, timeout=self._timeout, max_retries=0
        ) as client:
            try:
                if not self._model:
                    self._model = _only_model(client, endpoint)
                return self._stream(client, endpoint, messages, on_token)
            except openai.NotFoundError as error:
                return unknown_model(explain(error, endpoint), endpoint, _models(client))
            except openai.BadRequestError as error:
                if self._counts_usage and "stream_options" in str(error.body):
                    self._counts_usage = False
                    return self._ask(messages, key, on_token)
                return explain(error, endpoint)
            except (openai.OpenAIError, ValueError) as error:
                return explain(error, endpoint)

    def _stream(
        self, client: openai.OpenAI, endpoint: Endpoint, messages: Sequence[Message], on_token: OnToken | None
    ) -> Completion | Failure:
        from lester_jupyter.rewriting.providers.failures import interrupted, not_the_protocol, overdue

        options: dict[str, Any] = {"stream_options": {"include_usage": True}} if self._counts_usage else {}
        turns = cast("list[ChatCompletionMessageParam]", list(messages))
        deadline = time.monotonic() + self._timeout
        pieces: list[str] = []
        refusal: list[str] = []
        model, finish_reason, usage = self._model, None, None
        with cast(
            "openai.Stream[ChatCompletionChunk]",
            client.chat.completions.create(model=self._model, messages=turns, stream=True, **options),
        ) as stream:
            for chunk in stream:
                if time.monotonic() > deadline:
                    return overdue(endpoint)
                # Endpoints leave out fields that the protocol has; the client does not check them.
                model = getattr(chunk, "model", None) or model
                usage = getattr(chunk, "usage", None) or usage
                for choice in getattr(chunk, "choices", None) or ():
                    finish_reason = choice.finish_reason or finish_reason
                    delta = choice.delta
                    refusal.append(getattr(delta, "refusal", None) or "")
                    piece = getattr(delta, "content", None) or ""
                    pieces.append(piece)
                    if piece and on_token is not None:
                        on_token(piece)
        refused = "".join(refusal)
        if finish_reason is None and not refused:
            return interrupted(endpoint) if pieces else not_the_protocol(endpoint)
        return Completion(
            text=refused or "".join(pieces),
            prompt_tokens=getattr(usage, "prompt_tokens", None),
            completion_tokens=getattr(usage, "completion_tokens", None),
            model=model,
            finish_reason="refusal" if refused else finish_reason or "stop",
        )


def _after_waiting(failure: Failure, tries: int) -> Failure:
    if failure.wait is not None and failure.wait > MAXIMUM_WAIT_SECONDS:
        return replace(failure, hint=f"it asks to wait {failure.wait:.0f} s: try again then, or use another model.")
    return replace(failure, message=f"{failure.message[:-1]}, {tries} times.") if tries > 1 else failure


def _only_model(client: openai.OpenAI, endpoint: Endpoint) -> str:
    """The model of an endpoint that has exactly one; a service on one's own machine often does."""
    models = tuple(model.id for model in client.models.list())
    if len(models) == 1:
        return models[0]
    raise ProviderError(
        f"No model is named, and {endpoint.host} has {len(models)}.",
        available=models[:20] or None,
        hint="name one in LESTER_MODEL.",
    )


def _models(client: openai.OpenAI) -> tuple[str, ...]:
    import openai

    try:
        return tuple(model.id for model in client.models.list())
    except (openai.OpenAIError, ValueError):
        # The list only improves the message about a model that does not exist.
        return ()


def is_configured(base_url: str, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the user has set up a service: a key, or an endpoint of their own."""
    given = os.environ if environment is None else environment
    return bool(base_url or given.get("OPENAI_API_KEY", "").strip())
