"""What each failure of an OpenAI-compatible service means to the user: one sentence, one next step, and a wait or none.

The texts come from untrusted servers, and clients put requests, headers included, into their exceptions. So a
`Failure` carries only what is composed here, with the key cut out.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import openai

from lester_jupyter.errors import ProviderError

BACKOFF_SECONDS = 1.0
"""The wait after a failure of the service that names no time itself."""

_BEARER = re.compile(r"\b(sk-|Bearer )[A-Za-z0-9_*.\-]{4,}")


@dataclass(frozen=True)
class Failure:
    """A request that brought no reply.

    Attributes:
        message: what happened, one sentence.
        hint: what to do next.
        wait: seconds after which another try makes sense, or None where it makes none.
        available: what could have been asked for instead.
    """

    message: str
    hint: str = ""
    wait: float | None = None
    available: tuple[str, ...] = ()

    def error(self) -> ProviderError:
        """The failure as an exception for the user."""
        return ProviderError(self.message, available=self.available or None, hint=self.hint)


@dataclass(frozen=True)
class Endpoint:
    """What a failure's text may say about the request.

    Attributes:
        host: the host of the service (a base URL can hold a password; a host cannot).
        model: the model that was asked.
        key: the key that was sent, to be cut out of anything shown.
        timeout_seconds: how long the service was given.
    """

    host: str
    model: str
    key: str
    timeout_seconds: float

    def __repr__(self) -> str:
        return f"Endpoint({self.host!r}, {self.model!r})"

    def quote(self, text: object) -> str:
        """One line of the server's words, short, and without the key."""
        line = " ".join(str(text or "").split())
        if self.key:
            line = line.replace(self.key, "[key]")
        line = _BEARER.sub("[key]", line)
        return line if len(line) <= 200 else line[:199] + "…"


def explain(error: Exception, endpoint: Endpoint) -> Failure:
    """The failure behind `error`, an exception of the client or of decoding the stream."""
    for kind, explanation in _EXPLANATIONS:
        if isinstance(error, kind):
            return explanation(error, endpoint)
    return Failure(f"{endpoint.host} failed: {type(error).__name__}.", "try again.")


def interrupted(endpoint: Endpoint) -> Failure:
    """The connection ended before the reply did."""
    return Failure(
        f"The connection to {endpoint.host} was dropped in the middle of the reply.",
        "check the network and the server's log, then try again.",
        wait=BACKOFF_SECONDS,
    )


def overdue(endpoint: Endpoint) -> Failure:
    """The reply took longer than the user allows."""
    return Failure(
        f"{endpoint.host} did not finish its reply within {endpoint.timeout_seconds:g} s.",
        "raise LESTER_TIMEOUT_SECONDS, or name a faster model in LESTER_MODEL.",
    )


def unknown_model(failure: Failure, endpoint: Endpoint, models: tuple[str, ...]) -> Failure:
    """A 404 once the service's own list of models is known: is it the model, or the address?"""
    if not models or endpoint.model in models:
        return failure
    return replace(
        failure,
        message=f"{endpoint.host} has no model {endpoint.model!r} (404).",
        hint="name one of them in LESTER_MODEL.",
        available=models[:20],
    )


def _refused_key(_error: Any, endpoint: Endpoint) -> Failure:
    if not endpoint.key:
        return Failure(f"{endpoint.host} wants a key (401).", "set OPENAI_API_KEY.")
    return Failure(
        f"{endpoint.host} refused the key (401).", "check OPENAI_API_KEY, and that it belongs to this service."
    )


def _not_allowed(error: Any, endpoint: Endpoint) -> Failure:
    said = endpoint.quote(_message(error))
    return Failure(
        f"{endpoint.host} does not allow this key to use {endpoint.model!r} (403): {said}",
        "name another model in LESTER_MODEL, or use another key.",
    )


def _not_found(_error: Any, endpoint: Endpoint) -> Failure:
    return Failure(
        f"{endpoint.host} knows no model {endpoint.model!r}, or nothing at this address (404).",
        "check LESTER_MODEL, and that OPENAI_BASE_URL is complete (it usually ends in /v1).",
    )


def _rate_limited(error: Any, endpoint: Endpoint) -> Failure:
    if error.code == "insufficient_quota":
        return Failure(f"The quota of this key at {endpoint.host} is used up (429).", "check the plan and billing.")
    wait = retry_after(error.response.headers)
    return Failure(
        f"{endpoint.host} gets too many requests (429).",
        "wait, or use another model.",
        wait=BACKOFF_SECONDS if wait is None else wait,
    )


def _rejected(error: Any, endpoint: Endpoint) -> Failure:
    if error.code == "context_length_exceeded":
        return Failure(
            f"The cell and its prompt are too long for {endpoint.model!r}.",
            "split the cell, or name a model with a larger context in LESTER_MODEL.",
        )
    said = endpoint.quote(_message(error))
    return Failure(f"{endpoint.host} rejected the request ({error.status_code}): {said}", "check LESTER_MODEL.")


def _server_error(error: Any, endpoint: Endpoint) -> Failure:
    wait = retry_after(error.response.headers)
    return Failure(
        f"{endpoint.host} failed on its side ({error.status_code}).",
        "try again later.",
        wait=BACKOFF_SECONDS if wait is None else wait,
    )


def _timed_out(_error: Any, endpoint: Endpoint) -> Failure:
    return overdue(endpoint)


def _no_connection(error: Any, endpoint: Endpoint) -> Failure:
    # The client hides its HTTP library's exceptions, whose package differs between versions: their names are stable.
    if type(error.__cause__).__name__ in ("ConnectError", "UnsupportedProtocol"):
        return Failure(
            f"There is no server at {endpoint.host}.",
            "start it, or correct OPENAI_BASE_URL; the embedded rules need none (rewriter='rules').",
        )
    return interrupted(endpoint)


def _in_stream(error: Any, endpoint: Endpoint) -> Failure:
    return Failure(f"{endpoint.host} broke off its reply: {endpoint.quote(error.message)}", "try again.")


def not_the_protocol(endpoint: Endpoint) -> Failure:
    """What came back has none of the parts that a reply has."""
    return Failure(
        f"{endpoint.host} answered with something that is not the OpenAI protocol.",
        "check OPENAI_BASE_URL (it usually ends in /v1).",
    )


_EXPLANATIONS: tuple[tuple[type[Exception], Callable[[Any, Endpoint], Failure]], ...] = (
    (openai.AuthenticationError, _refused_key),
    (openai.PermissionDeniedError, _not_allowed),
    (openai.NotFoundError, _not_found),
    (openai.RateLimitError, _rate_limited),
    (openai.InternalServerError, _server_error),
    (openai.APIStatusError, _rejected),
    (openai.APITimeoutError, _timed_out),
    (openai.APIConnectionError, _no_connection),
    (openai.APIError, _in_stream),
    (ValueError, lambda _error, endpoint: not_the_protocol(endpoint)),
)
"""The first row whose class matches explains the failure: subclasses stand before their bases."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait (`retry-after` as seconds or as an HTTP date), or None."""
    value = headers.get("retry-after", "")
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    date = email.utils.parsedate_tz(value)
    return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())


def _message(error: Any) -> object:
    body = error.body
    return body.get("message") if isinstance(body, dict) else body
