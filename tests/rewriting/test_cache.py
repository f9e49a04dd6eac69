from __future__ import annotations

import json
from dataclasses import replace

import pytest
from rewriting_fakes import SCHEMA, task

from lester_jupyter.rewriting import cache as cache_module
from lester_jupyter.rewriting.cache import CachedRewrite, Lookup, RewriteCache
from lester_jupyter.rewriting.schemas import Column
from lester_jupyter.rewriting.types import Candidate, Finding, Output

CANDIDATE = Candidate(
    "import lester_jupyter as ld\n\ndata = frame.to_tuples()  # ü\n",
    (Output("data"), Output("out.csv", "file")),
    {"data": "frame"},
    {1: (1, 2, 3), 3: (5,)},
)
RULES = CachedRewrite(CANDIDATE, "rules", verified=True, accepted=False)


@pytest.fixture
def cache(tmp_path):
    return RewriteCache(tmp_path / ".lester" / "rewrites")


def files(cache):
    return sorted(cache._directory.glob("*"))


def test_what_is_stored_is_found_again(cache):
    assert cache.find(task(), "rules") == Lookup()
    assert cache.store(task(), CANDIDATE, "rules", verified=True) is None
    assert cache.find(task(), "rules") == Lookup(RULES)
    assert cache.find(task(), "llm: other") == Lookup()
    assert cache.accepted(task()) == Lookup()


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "x = 1\n"},
        {"stage": "label"},
        {"outputs": (Output("other"),)},
        {"schemas": (replace(SCHEMA, separator=";"),)},
        {"schemas": (replace(SCHEMA, path="other.csv"),)},
        {"schemas": ()},
    ],
)
def test_another_cell_or_other_inputs_are_not_found(cache, changes):
    cache.store(task(), CANDIDATE, "rules", verified=True, accepted=True)
    assert cache.find(task(**changes), "rules") == Lookup()
    assert cache.accepted(task(**changes)) == Lookup()


def test_more_records_and_other_places_are_the_same_cell(cache, tmp_path):
    cache.store(task(), CANDIDATE, "rules", verified=True)
    blanks = replace(SCHEMA, columns=tuple(Column(c.name, "text", blank=True) for c in SCHEMA.columns))
    assert cache.find(task(schemas=(blanks,), directory=tmp_path, hint="x"), "rules") == Lookup(RULES)


def test_another_prompt_makes_older_rewrites_of_models_stale_but_not_accepted_ones(cache, monkeypatch):
    cache.store(task(), CANDIDATE, "llm: m", verified=True, accepted=True)
    monkeypatch.setattr(cache_module, "PROMPT_VERSION", 99)
    assert cache.find(task(), "llm: m").rewrite is None
    assert cache.accepted(task()).rewrite.candidate == CANDIDATE


def test_only_one_rewrite_of_a_cell_is_accepted(cache):
    cache.store(task(), CANDIDATE, "rules", verified=True, accepted=True)
    other = replace(CANDIDATE, code="other = 1\n")
    cache.store(task(), other, "llm: m", verified=False, accepted=True)
    assert cache.accepted(task()) == Lookup(CachedRewrite(other, "llm: m", verified=False, accepted=True))
    assert cache.find(task(), "rules") == Lookup(RULES)


def test_a_file_is_readable_sorted_and_holds_no_data(cache):
    cache.store(task(), CANDIDATE, "rules", verified=True)
    (path,) = files(cache)
    text = path.read_text(encoding="utf-8")
    stored = json.loads(text)
    assert list(stored) == sorted(stored)
    assert stored["code"] == ["import lester_jupyter as ld", "", "data = frame.to_tuples()  # ü", ""]
    assert stored["line_map"] == {"1": "1, 2, 3", "3": "5"}
    assert "# ü" in text
    for private in ("Zoraya", "Quentin", "44", "somewhere", str(path.parent)):
        assert private not in text


def test_writing_is_deterministic(cache):
    cache.store(task(), CANDIDATE, "rules", verified=True)
    before = [(path.name, path.read_bytes()) for path in files(cache)]
    cache.store(task(), CANDIDATE, "rules", verified=True)
    assert [(path.name, path.read_bytes()) for path in files(cache)] == before


def test_a_failed_write_leaves_the_old_file_and_no_rest(cache, monkeypatch):
    cache.store(task(), CANDIDATE, "rules", verified=True)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    problem = cache.store(task(), replace(CANDIDATE, code="x = 1\n"), "rules", verified=True)
    assert problem == Finding(
        "cache", "warning", "The rewrite could not be stored in rewrites (No space left on device)."
    )
    assert len(files(cache)) == 1
    assert cache.find(task(), "rules") == Lookup(RULES)


DAMAGES = {
    "empty": lambda stored: "",
    "conflict": lambda stored: "<<<<<<< HEAD\n{}",
    "list": lambda stored: "[1]",
    "null": lambda stored: "null",
    "missing": lambda stored: json.dumps({k: v for k, v in stored.items() if k != "code"}),
    "code": lambda stored: json.dumps({**stored, "code": "data = 1"}),
    "lines": lambda stored: json.dumps({**stored, "line_map": {"1": "x"}}),
    "kind": lambda stored: json.dumps({**stored, "outputs": [{"name": "data", "kind": "socket"}]}),
    "frames": lambda stored: json.dumps({**stored, "frames": None}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_a_finding_and_no_rewrite(cache, damage):
    cache.store(task(), CANDIDATE, "rules", verified=True, accepted=True)
    (path,) = files(cache)
    path.write_text(DAMAGES[damage](json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    found = cache.find(task(), "rules")
    assert found.rewrite is None
    assert [f.message for f in found.findings] == [f"The cached rewrite {path.name} is damaged and was ignored."]
    assert cache.accepted(task()) == found
    assert cache.store(task(), CANDIDATE, "rules", verified=True, accepted=True) is None
    assert cache.find(task(), "rules") == Lookup(replace(RULES, accepted=True))


def test_a_file_of_a_later_version_is_ignored(cache):
    cache.store(task(), CANDIDATE, "rules", verified=True)
    (path,) = files(cache)
    path.write_text(json.dumps({"format": 2, "whatever": []}), encoding="utf-8")
    assert cache.find(task(), "rules") == Lookup()


@pytest.mark.parametrize("word", ["yes", 1, "false"])
def test_only_true_itself_is_true(cache, word):
    cache.store(task(), CANDIDATE, "rules", verified=True, accepted=True)
    (path,) = files(cache)
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "accepted": word}), encoding="utf-8")
    assert cache.accepted(task()) == Lookup()
