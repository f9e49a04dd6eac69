"""OpenAIProvider against a real HTTP server on loopback."""

from __future__ import annotations

import socket
import time
import traceback

import pytest
from openai_loopback import (
    answers_html,
    drops_in_the_middle,
    ends_early,
    fails,
    hangs,
    recorded,
    sends_garbage,
    serving,
    streams,
)

from lester_jupyter.errors import ProviderError
from lester_jupyter.rewriting.providers.openai import OpenAIProvider, is_configured
from lester_jupyter.rewriting.providers.provider import Completion

KEY = "sk-test-0123456789abcdef"
ASKED = ({"role": "system", "content": "rewrite"}, {"role": "user", "content": "x = 1"})


class Waits:
    """Stands for time.sleep, and for the one who is told about it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.told: list[str] = []


def make(service, *, model="test-model", waits=None, key=KEY, **options) -> OpenAIProvider:
    noted = waits or Waits()
    return OpenAIProvider(
        model,
        service if isinstance(service, str) else service.url,
        on_wait=noted.told.append,
        sleep=noted.seconds.append,
        environment={"OPENAI_API_KEY": key},
        **options,
    )


def failure(*behaviours, waits=None, models=("test-model",), **options) -> ProviderError:
    with serving(*behaviours, models=models) as service, pytest.raises(ProviderError) as caught:
        make(service, waits=waits, **options).complete(ASKED)
    error = caught.value
    assert KEY not in str(error)
    assert KEY not in "".join(traceback.format_exception(error))
    assert error.__context__ is None  # a request, with its headers, would hang on it
    assert error.__cause__ is None
    assert "\n" not in str(error)
    assert error.hint
    return error


def test_complete_streams_the_reply_and_counts_tokens():
    text = recorded("good")
    pieces: list[str] = []
    with serving(streams(text)) as service:
        completion = make(service).complete(ASKED, on_token=pieces.append)
    assert completion == Completion(text, 1000, 50, "test-model-2026", "stop")
    assert "".join(pieces) == text
    assert len(pieces) == -(-len(text) // 40)


def test_complete_sends_the_messages_the_model_and_the_key():
    with serving(streams("ok")) as service:
        make(service).complete(ASKED)
    request = service.requests[0]
    assert request["messages"] == list(ASKED)
    assert request["model"] == "test-model"
    assert request["stream_options"] == {"include_usage": True}
    assert service.headers[0]["authorization"] == f"Bearer {KEY}"


def test_complete_does_without_usage_where_the_endpoint_does_not_know_it():
    refusal = fails(400, "Unrecognized request argument supplied: stream_options")
    with serving(refusal, streams("ok"), streams("ok again")) as service:
        provider = make(service)
        assert provider.complete(ASKED) == Completion("ok", None, None, "test-model-2026", "stop")
        provider.complete(ASKED)
    assert ["stream_options" in request for request in service.requests] == [True, False, False]


def test_complete_takes_the_only_model_of_an_endpoint_when_none_is_named():
    with serving(streams("ok"), models=("llama-9",)) as service:
        make(service, model="").complete(ASKED)
    assert service.requests[0]["model"] == "llama-9"


def test_complete_names_the_models_when_none_is_named_and_there_are_several():
    error = failure(model="", models=("llama-9", "qwen-7"))
    assert error.message.startswith("No model is named, and 127.0.0.1:")
    assert error.available == ("llama-9", "qwen-7")
    assert "LESTER_MODEL" in error.hint


def test_complete_without_key_says_so_before_anything_is_sent():
    with pytest.raises(ProviderError, match=r"There is no key for OpenAI\. Hint: set OPENAI_API_KEY"):
        OpenAIProvider(environment={}).complete(ASKED)


def test_complete_with_an_endpoint_of_ones_own_needs_no_key():
    with serving(streams("ok")) as service:
        assert make(service, key="").complete(ASKED).text == "ok"


def test_complete_with_a_mangled_key_does_not_show_it():
    with pytest.raises(ProviderError) as caught:
        make("http://127.0.0.1:9/v1", key="sk-sec ret\x00").complete(ASKED)
    assert "characters that no key has" in str(caught.value)
    assert "sec" not in str(caught.value)


def test_complete_with_a_base_url_that_is_no_address():
    with pytest.raises(ProviderError, match="is not a web address"):
        make("localhost:11434").complete(ASKED)


def test_401_names_the_variable_to_check():
    error = failure(fails(401, f"Incorrect API key provided: {KEY}."))
    assert "refused the key (401)" in error.message
    assert "OPENAI_API_KEY" in error.hint


def test_401_without_key_asks_for_one():
    error = failure(fails(401, "no key"), key="")
    assert "wants a key (401)" in error.message
    assert error.hint == "set OPENAI_API_KEY."


def test_403_quotes_the_service_without_the_key():
    error = failure(fails(403, f"Key {KEY} may not\nuse it"))
    assert "Key [key] may not use it" in error.message


def test_404_names_the_models_that_exist():
    error = failure(fails(404, "no such model"), model="gpt-nope", models=("test-model", "other"))
    assert error.message.endswith("has no model 'gpt-nope' (404).")
    assert error.available == ("test-model", "other")


def test_404_of_a_wrong_address_names_the_base_url():
    error = failure(fails(404, "no such path"))
    assert "OPENAI_BASE_URL" in error.hint


def test_429_waits_as_long_as_asked_and_says_so():
    waits = Waits()
    with serving(fails(429, "slow down", headers={"retry-after": "7"}), streams("ok")) as service:
        assert make(service, waits=waits).complete(ASKED).text == "ok"
    assert waits.seconds == [7.0]
    assert waits.told == [
        f"{service.url[7:-3]} gets too many requests (429). Waiting 7 s, then try 2 of 3.",
    ]


def test_429_gives_up_after_a_bounded_number_of_tries():
    waits = Waits()
    error = failure(*[fails(429, "slow down", headers={"retry-after": "2"})] * 3, waits=waits)
    assert waits.seconds == [2.0, 2.0]
    assert error.message.endswith("gets too many requests (429), 3 times.")


def test_429_with_a_long_wait_is_reported_instead_of_waited_for():
    waits = Waits()
    error = failure(fails(429, "slow down", headers={"retry-after": "3600"}), waits=waits)
    assert waits.seconds == []
    assert "3600 s" in error.hint


def test_429_with_a_date_waits_until_then():
    waits = Waits()
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 20))
    with serving(fails(429, "slow down", headers={"retry-after": date}), streams("ok")) as service:
        make(service, waits=waits).complete(ASKED)
    assert 15 < waits.seconds[0] <= 20


def test_429_of_a_used_up_quota_is_not_tried_again():
    waits = Waits()
    error = failure(fails(429, "pay", code="insufficient_quota"), waits=waits)
    assert waits.seconds == []
    assert "quota" in error.message


def test_500_is_tried_again_and_can_succeed():
    waits = Waits()
    with serving(fails(500, "oops"), fails(503, "busy"), streams("ok")) as service:
        assert make(service, waits=waits).complete(ASKED).text == "ok"
    assert len(waits.seconds) == 2


def test_500_gives_up_with_one_line():
    error = failure(*[fails(500, "oops")] * 3)
    assert error.message.endswith("failed on its side (500), 3 times.")


def test_a_cell_too_long_for_the_model_says_so():
    error = failure(fails(400, "too long", code="context_length_exceeded"))
    assert "too long for 'test-model'" in error.message
    assert "split the cell" in error.hint


def test_a_rejected_request_quotes_the_service():
    error = failure(fails(422, "temperature is not supported"))
    assert "rejected the request (422): temperature is not supported" in error.message


def test_a_slow_service_is_given_up():
    error = failure(hangs(1.0), timeout_seconds=0.2)
    assert "did not finish its reply within 0.2 s" in error.message
    assert "LESTER_TIMEOUT_SECONDS" in error.hint


def test_a_service_that_trickles_for_ever_is_given_up():
    started = time.monotonic()
    error = failure(streams("x" * 4000, pause=0.05), timeout_seconds=0.3)
    assert time.monotonic() - started < 2.0
    assert "did not finish its reply within 0.3 s" in error.message


def test_a_dropped_connection_is_tried_again():
    with serving(drops_in_the_middle("```python\nimp"), streams("ok")) as service:
        assert make(service).complete(ASKED).text == "ok"


@pytest.mark.parametrize("behaviour", [drops_in_the_middle("half"), ends_early("half")])
def test_a_reply_without_its_end_is_never_taken_for_a_whole_one(behaviour):
    error = failure(*[behaviour] * 3)
    assert error.message.endswith("was dropped in the middle of the reply, 3 times.")


def test_no_server_names_the_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waits = Waits()
    with pytest.raises(ProviderError) as caught:
        make(f"http://127.0.0.1:{port}/v1", waits=waits).complete(ASKED)
    assert caught.value.message == f"There is no server at 127.0.0.1:{port}."
    assert waits.seconds == []


def test_a_stream_that_is_not_the_protocol():
    error = failure(sends_garbage)
    assert "not the OpenAI protocol" in error.message


def test_an_error_inside_the_stream_is_quoted():
    def behave(handler):
        handler.begin_stream()
        handler.send_event('{"error": {"message": "the model crashed", "code": "boom"}}')
        handler.end_stream()

    error = failure(behave)
    assert "broke off its reply: the model crashed" in error.message


def test_a_web_page_instead_of_a_reply_is_not_the_protocol():
    error = failure(answers_html)
    assert "not the OpenAI protocol" in error.message
    assert "OPENAI_BASE_URL" in error.hint


def test_an_empty_reply_of_a_model_comes_through():
    with serving(streams("")) as service:
        assert make(service).complete(ASKED) == Completion("", 1000, 50, "test-model-2026", "stop")


def test_finish_reasons_come_through():
    with serving(streams("half", finish_reason="length"), streams("no", field_name="refusal")) as service:
        provider = make(service)
        assert provider.complete(ASKED).finish_reason == "length"
        refused = provider.complete(ASKED)
    assert (refused.finish_reason, refused.text) == ("refusal", "no")


def test_neither_repr_nor_state_holds_the_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(streams("ok")) as service:
        provider = OpenAIProvider("test-model", service.url.replace("http://", "http://me:secret@"))
        provider.complete(ASKED)
    assert KEY not in repr(provider)
    assert KEY not in repr(vars(provider))
    assert "secret" not in repr(provider)


def test_is_configured_by_a_key_or_an_endpoint():
    assert not is_configured("", {})
    assert not is_configured("", {"OPENAI_API_KEY": " "})
    assert is_configured("", {"OPENAI_API_KEY": "x"})
    assert is_configured("http://localhost:1/v1", {})
