from __future__ import annotations

import json

import pytest

from lester_jupyter.errors import ProviderError
from lester_jupyter.rewriting.providers.provider import Completion
from lester_jupyter.rewriting.providers.replay import ReplayProvider, digest
from lester_jupyter.rewriting.providers.scripted import ScriptedProvider

ASKED = ({"role": "user", "content": "x = 1\ny = 2"},)
OTHER = ({"role": "user", "content": "x = 2"},)


def test_scripted_gives_its_replies_in_order_and_notes_what_was_asked():
    provider = ScriptedProvider(["one\ntwo\n", Completion("three", 3, 4)])
    pieces: list[str] = []
    assert provider.complete(ASKED, on_token=pieces.append) == Completion("one\ntwo\n", model="scripted")
    assert provider.complete(OTHER).tokens == 7
    assert pieces == ["one\n", "two\n"]
    assert provider.asked == [ASKED, OTHER]


def test_scripted_raises_its_errors_and_its_end():
    provider = ScriptedProvider([ProviderError("busy")])
    with pytest.raises(ProviderError, match="busy"):
        provider.complete(ASKED)
    with pytest.raises(ProviderError, match="The script has 1 replies, but was asked 2 times"):
        provider.complete(ASKED)


def test_replay_records_once_and_answers_without_the_service(tmp_path):
    service = ScriptedProvider([Completion("a = 1\n\nb = 'ü'", 10, 5, "m", "stop")])
    pieces: list[str] = []
    first = ReplayProvider(tmp_path / "replies", record=service).complete(ASKED)
    again = ReplayProvider(tmp_path / "replies").complete(ASKED, on_token=pieces.append)
    assert again == first
    assert "".join(pieces) == first.text
    assert len(service.asked) == 1


def test_replay_files_are_readable_and_hold_no_prompt(tmp_path):
    ReplayProvider(tmp_path, record=ScriptedProvider(["a = 1\nb = 'ü'"])).complete(ASKED)
    text = (tmp_path / f"{digest(ASKED)}.json").read_text(encoding="utf-8")
    assert json.loads(text)["text"] == ["a = 1", "b = 'ü'"]
    assert "b = 'ü'" in text
    assert "y = 2" not in text


def test_replay_without_a_recording_says_how_to_get_one(tmp_path):
    with pytest.raises(ProviderError, match=r"no recorded reply for this conversation.*Hint: record it once"):
        ReplayProvider(tmp_path).complete(ASKED)


@pytest.mark.parametrize("damage", ["{", "[]", '{"text": ["x"], "unknown": 1}'])
def test_replay_of_a_damaged_recording_says_so(tmp_path, damage):
    (tmp_path / f"{digest(ASKED)}.json").write_text(damage, encoding="utf-8")
    provider = ReplayProvider(tmp_path)
    with pytest.raises(ProviderError, match="cannot be read"):
        provider.complete(ASKED)


def test_digest_depends_on_roles_and_texts_only():
    assert digest(ASKED) == digest([dict(reversed(ASKED[0].items()))])
    assert digest(ASKED) != digest([{"role": "system", "content": ASKED[0]["content"]}])
    assert digest(ASKED) != digest(OTHER)
