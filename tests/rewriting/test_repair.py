from __future__ import annotations

import pytest
from openai_loopback import drops_in_the_middle, fails, hangs, recorded, serving, streams
from rewriting_fakes import FORBIDDEN, RAISING, RIGHT, WEAK, WRONG, FakeJudge, fenced, task

from lester_jupyter.errors import ProviderError, RewriteError
from lester_jupyter.rewriting.llm import prompts
from lester_jupyter.rewriting.llm.repair import converse
from lester_jupyter.rewriting.providers.openai import OpenAIProvider
from lester_jupyter.rewriting.providers.provider import Completion
from lester_jupyter.rewriting.providers.scripted import ScriptedProvider
from lester_jupyter.rewriting.types import Finding

SECRETS = ("Zoraya", "zoraya", "44", "51", "Quentin")


def talk(*replies, judge=None, **options):
    provider = ScriptedProvider(replies)
    outcome = converse(task(), provider, judge or FakeJudge(), **options)
    return outcome, provider


def summary(outcome):
    return [(a.number, a.rewriter, a.outcome) for a in outcome.attempts]


def test_a_right_reply_needs_one_round():
    outcome, provider = talk(Completion(fenced(RIGHT), 900, 40, "m"))
    assert outcome.verified
    assert outcome.rewriter == "llm"
    assert outcome.maker == "llm: scripted"
    assert summary(outcome) == [(1, "llm", "verified")]
    assert outcome.attempts[0].tokens == 940
    assert outcome.attempts[0].code == "frame = right()\ndata = frame.to_tuples()\n"
    assert outcome.best.candidate.line_map == dict.fromkeys((1, 2), (1, 2, 3, 4, 5))
    assert outcome.attempts[0].asked == prompts.render(provider.asked[0])


def test_a_wrong_reply_is_refused_and_the_right_one_after_it_is_compared_again():
    judge = FakeJudge()
    outcome, provider = talk(fenced(WRONG), fenced(RIGHT), judge=judge)
    assert outcome.verified
    assert summary(outcome) == [(1, "llm", "different"), (2, "llm", "verified")]
    assert outcome.attempts[0].reason == (
        "The rewrite differs on people.csv: row 7919 duplicated, row 3:"
        " Row 3: ('Zoraya', 44) in the original, ('zoraya', 44) in the rewrite."
    )
    assert ["right()" in code for code in judge.judged] == [False, True]
    turns = provider.asked[1]
    assert [turn["role"] for turn in turns] == ["system", "user", "assistant", "user"]
    assert turns[2]["content"] == fenced(WRONG)
    assert outcome.attempts[1].asked == turns[3]["content"]
    assert turns[3]["content"] == (
        "Executed on people.csv: row … duplicated, your code gives other outputs than the original.\n"
        "The first different row is row 3 (counted from 0).\n"
        "These positions of the row differ (counted from 0):"
        " 0 (str in the original, str in the rewrite: only the case of letters differs).\n"
        "Correct it for every input, and answer with the complete cell."
    )


def test_no_value_of_the_data_is_ever_sent():
    _, provider = talk(fenced(WRONG), fenced(RAISING), fenced(FORBIDDEN), fenced(WRONG), rounds=4)
    sent = "\n".join(turn["content"] for turn in provider.asked[-1])
    assert len(provider.asked) == 4
    assert [secret for secret in SECRETS if secret in sent] == []


def test_values_are_sent_where_the_user_shares_them():
    _, provider = talk(fenced(WRONG), fenced(RAISING), fenced(RIGHT), share_samples=True)
    turns = provider.asked[-1]
    assert "original: ('Zoraya', 44)\nyours:    ('zoraya', 44)" in turns[3]["content"]
    assert "raised: KeyError: 'Zoraya' in line 2" in turns[5]["content"]


def test_an_error_of_the_rewrite_is_sent_without_values():
    _, provider = talk(fenced(RAISING), fenced(RIGHT))
    assert provider.asked[1][3]["content"] == (
        "Executed on the real inputs, your code raised: KeyError: '…' in line 2\n"
        "Correct it, and answer with the complete cell."
    )


def test_code_that_may_not_run_is_sent_back_and_never_counts_as_executed():
    outcome, provider = talk(fenced(FORBIDDEN), fenced(RIGHT))
    assert summary(outcome) == [(1, "llm", "policy"), (2, "llm", "verified")]
    assert (
        "was not executed, since it is not allowed to do this: The code may not import os"
        in (provider.asked[1][3]["content"])
    )


@pytest.mark.parametrize(
    "reply", ["", "```python\ndata = (\n```", "Use pandas.", Completion("```\nx", finish_reason="length")]
)
def test_an_unusable_reply_costs_a_round_and_the_next_can_be_right(reply):
    judge = FakeJudge()
    outcome, provider = talk(reply, fenced(RIGHT), judge=judge)
    assert outcome.verified
    assert summary(outcome) == [(1, "llm", "unparsable"), (2, "llm", "verified")]
    assert len(judge.judged) == 1
    assert outcome.attempts[0].reason in provider.asked[1][3]["content"]


@pytest.mark.parametrize(
    ("behaviours", "outcomes", "message", "hint"),
    [
        ([fails(401, "no")], ["provider"], "refused the key (401)", "OPENAI_API_KEY"),
        ([fails(404, "no")], ["provider"], "no model 'test-model' (404)", "LESTER_MODEL"),
        ([fails(500, "no")] * 2, ["provider"], "failed on its side (500), 2 times.", "later"),
        ([drops_in_the_middle("```python\nimp")] * 2, ["provider"], "dropped in the middle of the reply", "network"),
        ([hangs(1.0)], ["provider"], "did not finish its reply within 0.5 s", "LESTER_TIMEOUT_SECONDS"),
        ([streams(recorded("refusing"))], ["refused"], "The model refused: I'm sorry", "another model"),
        ([streams("no", field_name="refusal")], ["refused"], "The model refused: no", "another model"),
        ([streams("")] * 3, ["unparsable"] * 3, "The model's reply is empty.", "try again"),
        (
            [streams(recorded("truncated"), finish_reason="length")] * 3,
            ["unparsable"] * 3,
            "cut off at its limit",
            "try again",
        ),
        ([streams(recorded("unparsable"))] * 3, ["unparsable"] * 3, "is not valid Python", "try again"),
        (
            [streams(fenced(WRONG)), fails(401, "no")],
            ["different", "provider"],
            "refused the key (401)",
            "OPENAI_API_KEY",
        ),
        ([streams(recorded("unparsable")), streams(fenced(RIGHT))], ["unparsable", "verified"], "", ""),
        ([streams(f"Sure!\n{fenced(RIGHT)}Enjoy.")], ["verified"], "", ""),
        ([fails(429, "no", headers={"retry-after": "1"}), streams(fenced(RIGHT))], ["verified"], "", ""),
    ],
)
def test_every_failure_over_http_is_one_finding_with_a_next_step(behaviours, outcomes, message, hint):
    with serving(*behaviours, models=("other-model",)) as service:
        provider = OpenAIProvider(
            "test-model",
            service.url,
            timeout_seconds=0.5,
            retries=1,
            sleep=lambda _seconds: None,
            environment={"OPENAI_API_KEY": "sk-secret-key"},
        )
        outcome = converse(task(), provider, FakeJudge())
    assert [attempt.outcome for attempt in outcome.attempts] == outcomes
    assert len(service.requests) == len(behaviours)
    assert outcome.verified == (outcomes[-1] == "verified")
    assert [finding.kind for finding in outcome.findings] == ([] if outcome.verified else ["provider"])
    assert all(message in finding.message and hint in finding.hint for finding in outcome.findings)
    assert "sk-secret-key" not in repr(outcome)


def test_giving_up_keeps_all_attempts_and_the_best_candidate():
    outcome, provider = talk(fenced(WRONG), fenced(RAISING), "nothing", rounds=3)
    assert not outcome.verified
    assert summary(outcome) == [(1, "llm", "different"), (2, "llm", "different"), (3, "llm", "unparsable")]
    assert "wrong()" in outcome.best.candidate.code  # equal on one input, the other on none
    assert outcome.findings[0].kind == "provider"
    assert len(provider.asked) == 3


def test_rounds_bound_the_number_of_replies():
    outcome, provider = talk(*[fenced(WRONG)] * 9, rounds=5)
    assert len(provider.asked) == len(outcome.attempts) == 5


def test_a_refusal_ends_the_conversation():
    outcome, provider = talk("I'm sorry, but I can't help with that.", fenced(RIGHT))
    assert outcome.best is None
    assert summary(outcome) == [(1, "llm", "refused")]
    assert len(provider.asked) == 1
    assert outcome.findings == (
        Finding(
            "provider",
            "error",
            "The model refused: I'm sorry, but I can't help with that.",
            hint="try another model, or give a hint about the cell.",
        ),
    )


def test_a_failure_of_the_service_ends_the_conversation_but_keeps_what_was_found():
    outcome, _ = talk(fenced(WRONG), ProviderError("It is down.", hint="start it."))
    assert summary(outcome) == [(1, "llm", "different"), (2, "llm", "provider")]
    assert outcome.findings == (Finding("provider", "error", "It is down.", hint="start it."),)
    assert "wrong()" in outcome.best.candidate.code


def test_progress_tells_tokens_and_attempts():
    told: list[tuple[str, str, str]] = []
    talk(fenced(WRONG), fenced(RIGHT), on_progress=lambda *what: told.append(what))
    assert told == [
        ("rewrite", "running", "asking scripted, attempt 1 of 3"),
        ("rewrite", "running", "attempt 1 of 3: about 1 tokens"),
        ("check", "running", "checking attempt 1"),
        ("rewrite", "running", "asking scripted, attempt 2 of 3"),
        ("rewrite", "running", "attempt 2 of 3: about 1 tokens"),
        ("check", "running", "checking attempt 2"),
    ]


def test_the_model_is_not_asked_again_where_nothing_can_be_concluded():
    outcome, provider = talk(fenced(WEAK), fenced(RIGHT))
    assert summary(outcome) == [(1, "llm", "failed")]
    assert outcome.attempts[0].reason == "Too few inputs."
    assert "weak()" in outcome.best.candidate.code
    assert len(provider.asked) == 1


def test_a_hint_and_the_obstacle_of_the_rules_join_the_conversation():
    provider = ScriptedProvider([fenced(RIGHT)])
    converse(task(hint="keep adults only", obstacle="line 4: a strange thing"), provider, FakeJudge())
    asked = provider.asked[0][1]["content"]
    assert "# The user says\nkeep adults only" in asked
    assert "# Where the embedded rules stopped\nline 4: a strange thing" in asked


def test_a_stage_without_a_prompt_is_a_clear_error():
    with pytest.raises(RewriteError, match=r"no prompt for the stage 'model' yet\. Available: dataprep"):
        converse(task(stage="model"), ScriptedProvider([]), FakeJudge())
