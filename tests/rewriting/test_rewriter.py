"""The strategies with a fake judge, fake rules and a scripted model."""

from __future__ import annotations

import pytest
from rewriting_fakes import RAISING, RIGHT, WEAK, WRONG, FakeJudge, fenced, task

from lester_jupyter.errors import NotLiftedError, ProviderError
from lester_jupyter.rewriting.cache import RewriteCache
from lester_jupyter.rewriting.llm.reply import to_candidate
from lester_jupyter.rewriting.providers.scripted import ScriptedProvider
from lester_jupyter.rewriting.rewriter import STRATEGIES, Tools
from lester_jupyter.rewriting.settings import Settings
from lester_jupyter.rewriting.types import Finding, Output

DATA = (Output("data"),)


def candidate(code: str):
    return to_candidate(code, DATA, 5)


class Bench:
    """All the tools, and what they noted."""

    def __init__(self, tmp_path, rules: str | Exception, *replies, llm: bool = True) -> None:
        self.rules = rules
        self.lifted = 0
        self.provider = ScriptedProvider(replies)
        self.judge, self.recheck = FakeJudge(), FakeJudge()
        self.told: list[tuple[str, str, str]] = []
        self.cache = RewriteCache(tmp_path / "rewrites")
        self.tools = Tools(
            Settings(),
            self.judge,
            self.recheck,
            self._lift,
            self.cache,
            lambda *what: self.told.append(what),
            self.provider if llm else None,
        )

    def _lift(self, code, *, outputs, observation, namespace, directory):
        self.lifted += 1
        if isinstance(self.rules, Exception):
            raise self.rules
        return candidate(self.rules)

    def rewrite(self, strategy: str, **changes):
        return STRATEGIES[strategy](self.tools, self.provider).rewrite(task(**changes))

    @property
    def asked(self) -> int:
        return len(self.provider.asked)


NOT_LIFTED = NotLiftedError("Line 4 carries state from row to row.", line=4)


def summary(outcome):
    return [(a.number, a.rewriter, a.outcome) for a in outcome.attempts]


def test_auto_is_content_with_verified_rules(tmp_path):
    bench = Bench(tmp_path, RIGHT)
    outcome = bench.rewrite("auto")
    assert outcome.verified
    assert (outcome.rewriter, outcome.maker) == ("rules", "rules")
    assert summary(outcome) == [(1, "rules", "verified")]
    assert bench.asked == 0
    assert bench.told[0] == ("rewrite", "running", "applying the embedded rules")


@pytest.mark.parametrize("rules", [WRONG, NOT_LIFTED])
def test_auto_asks_the_model_where_the_rules_fail(tmp_path, rules):
    bench = Bench(tmp_path, rules, fenced(RIGHT))
    outcome = bench.rewrite("auto")
    assert outcome.verified
    assert (outcome.rewriter, outcome.maker) == ("llm", "llm: scripted")
    assert [number for number, _, _ in summary(outcome)] == [1, 2]
    assert summary(outcome)[1] == (2, "llm", "verified")
    assert [f for f in outcome.findings if f.severity == "error"] == []


def test_auto_asks_no_model_where_nothing_can_be_concluded_about_the_cell(tmp_path):
    bench = Bench(tmp_path, WEAK, fenced(RIGHT))
    outcome = bench.rewrite("auto")
    assert summary(outcome) == [(1, "rules", "failed")]
    assert outcome.best.verification.findings[0].kind == "weak-evidence"
    assert bench.asked == 0


def test_auto_tells_the_model_where_the_rules_stopped(tmp_path):
    bench = Bench(tmp_path, NOT_LIFTED, fenced(RIGHT))
    bench.rewrite("auto")
    assert "stopped\nLine 4 carries state from row to row." in bench.provider.asked[0][1]["content"]


def test_a_fault_of_the_rules_is_told_and_leaves_the_model_a_chance(tmp_path):
    bench = Bench(tmp_path, KeyError("x"), fenced(RIGHT))
    outcome = bench.rewrite("auto")
    assert outcome.verified
    assert summary(outcome) == [(1, "rules", "failed"), (2, "llm", "verified")]
    assert outcome.findings[0].message == "The embedded rules failed on this cell (KeyError: 'x')."


def test_auto_without_a_model_refuses_with_the_line(tmp_path):
    outcome = Bench(tmp_path, NOT_LIFTED, llm=False).rewrite("auto")
    assert outcome.best is None
    assert summary(outcome) == [(1, "rules", "refused")]
    assert outcome.findings == (
        Finding(
            "not-lifted",
            "error",
            "Line 4 carries state from row to row.",
            (4, 4),
            "a language model may cover it: set OPENAI_API_KEY or OPENAI_BASE_URL.",
        ),
    )


def test_auto_gives_the_best_unverified_with_its_counterexample(tmp_path):
    outcome = Bench(tmp_path, WRONG, *[fenced(RAISING)] * 3).rewrite("auto")
    assert not outcome.verified
    assert outcome.rewriter == "rules"
    assert outcome.best.verification.counterexample.name == "people.csv: row 7919 duplicated"
    assert [number for number, _, _ in summary(outcome)] == [1, 2, 3, 4]


def test_a_verified_rewrite_of_the_model_is_asked_for_only_once(tmp_path):
    Bench(tmp_path, NOT_LIFTED, fenced(RIGHT)).rewrite("auto")
    later = Bench(tmp_path, NOT_LIFTED)
    outcome = later.rewrite("auto")
    assert outcome.verified
    assert (outcome.rewriter, outcome.maker) == ("cache", "llm: scripted")
    assert later.asked == 0
    assert len(later.recheck.judged) == 1  # what the cache says is checked again
    assert ("rewrite", "done", "found in the cache, made by llm: scripted") in later.told


def test_an_unverified_rewrite_is_not_stored(tmp_path):
    bench = Bench(tmp_path, NOT_LIFTED, *[fenced(WRONG)] * 3)
    bench.rewrite("llm")
    assert not (tmp_path / "rewrites").exists()


def test_rules_are_not_stored_before_they_are_accepted(tmp_path):
    Bench(tmp_path, RIGHT).rewrite("auto")
    assert not (tmp_path / "rewrites").exists()


def test_a_cached_rewrite_that_is_wrong_now_is_not_believed(tmp_path):
    bench = Bench(tmp_path, NOT_LIFTED, fenced(RIGHT))
    bench.cache.store(task(), candidate(WRONG), "llm: scripted", verified=True)
    outcome = bench.rewrite("llm")
    assert outcome.verified
    assert bench.asked == 1
    assert "right()" in outcome.best.candidate.code


def test_auto_needs_neither_rules_nor_model_for_an_accepted_rewrite(tmp_path):
    bench = Bench(tmp_path, NOT_LIFTED, llm=False)
    bench.cache.store(task(), candidate(RIGHT), "llm: other", verified=True, accepted=True)
    outcome = bench.rewrite("auto")
    assert outcome.verified
    assert (outcome.rewriter, outcome.maker) == ("cache", "llm: other")
    assert (bench.lifted, bench.asked, bench.judge.judged) == (0, 0, [])


def test_auto_makes_an_accepted_rewrite_anew_when_it_no_longer_holds(tmp_path):
    bench = Bench(tmp_path, RIGHT)
    bench.cache.store(task(), candidate(WRONG), "llm: other", verified=True, accepted=True)
    outcome = bench.rewrite("auto")
    assert outcome.verified
    assert outcome.rewriter == "rules"
    assert outcome.findings[0].message.startswith("The accepted rewrite no longer equals the original")


def test_auto_keeps_what_was_accepted_unverified_but_never_calls_it_verified(tmp_path):
    bench = Bench(tmp_path, RIGHT)
    bench.cache.store(task(), candidate(WRONG), "llm: other", verified=False, accepted=True)
    outcome = bench.rewrite("auto")
    assert (outcome.verified, outcome.rewriter) == (False, "cache")
    assert bench.lifted == 0


def test_a_cached_file_that_claims_to_be_verified_is_judged(tmp_path):
    bench = Bench(tmp_path, NOT_LIFTED, llm=False)
    bench.cache.store(task(), candidate(WRONG), "rules", verified=True, accepted=True)
    assert not bench.rewrite("auto").verified


def test_a_hint_goes_to_the_model_past_cache_and_rules(tmp_path):
    bench = Bench(tmp_path, RIGHT, fenced(RIGHT))
    bench.cache.store(task(), candidate(RIGHT), "llm: scripted", verified=True, accepted=True)
    outcome = bench.rewrite("auto", hint="shorter please")
    assert outcome.rewriter == "llm"
    assert "shorter please" in bench.provider.asked[0][1]["content"]
    assert bench.lifted == 0


def test_a_hint_without_a_model_still_gives_the_rules(tmp_path):
    bench = Bench(tmp_path, RIGHT, llm=False)
    assert bench.rewrite("auto", hint="shorter please").rewriter == "rules"


def test_rules_alone_never_ask_the_model(tmp_path):
    bench = Bench(tmp_path, WRONG, fenced(RIGHT))
    outcome = bench.rewrite("rules")
    assert not outcome.verified
    assert bench.asked == 0
    assert outcome.attempts[0].reason.startswith("The rewrite differs on people.csv: row 7919 duplicated")


def test_the_model_alone_never_asks_the_rules(tmp_path):
    bench = Bench(tmp_path, RIGHT, fenced(RIGHT))
    assert bench.rewrite("llm").rewriter == "llm"
    assert bench.lifted == 0


def test_a_failing_service_leaves_the_notebook_with_a_finding(tmp_path):
    bench = Bench(tmp_path, NOT_LIFTED, ProviderError("There is no server.", hint="start it."))
    outcome = bench.rewrite("auto")
    assert outcome.best is None
    assert [f.kind for f in outcome.findings] == ["not-lifted", "provider"]
    assert summary(outcome) == [(1, "rules", "refused"), (2, "llm", "provider")]


def test_a_damaged_cache_file_is_told_and_passed_over(tmp_path):
    bench = Bench(tmp_path, RIGHT)
    bench.cache.store(task(), candidate(RIGHT), "llm: scripted", verified=True, accepted=True)
    (path,) = (tmp_path / "rewrites").glob("*.json")
    path.write_text("{", encoding="utf-8")
    outcome = bench.rewrite("auto")
    assert outcome.verified
    assert outcome.rewriter == "rules"
    assert [f.kind for f in outcome.findings] == ["cache"]
