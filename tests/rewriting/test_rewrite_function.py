"""`rewrite` with everything real: sandbox, policy, verification, and the OpenAI protocol over HTTP on loopback."""

from __future__ import annotations

import json
import linecache
import traceback

import pytest
from openai_loopback import drops_in_the_middle, fails, recorded, serving, streams

from lester_jupyter.benchmark.complaints import MESSY, generate
from lester_jupyter.errors import RewriteError, UsageError
from lester_jupyter.rewriting.llm import prompts
from lester_jupyter.rewriting.providers.scripted import ScriptedProvider
from lester_jupyter.rewriting.rewrite import Rewrite, dry_run, rewrite
from lester_jupyter.rewriting.settings import Settings
from lester_jupyter.rewriting.types import Output

KEY = "sk-test-fedcba9876543210"
QUICK = Settings(rewriter="llm", verify_seconds=3.0, minimum_inputs=5, model="test-model")

ADULTS = """\
out = []
for line in open("people.csv"):
    name, age = line.strip().split(",")
    if int(age) >= limit:
        out.append(name.title())
"""

ADULTS_REWRITE = """\
```python
# lines 1
import lester_jupyter as ld

# lines 2-3
people = ld.read_text("people.csv", ["name", "age"], strip="both")
# lines 4
adults = people.filter(lambda age: int(age) >= limit)
# lines 5
adults = adults.project("name", "name", str.title)
# lines 1, 5
out = adults.to_values("name")
```
"""

REPORT = """\
with open("report.txt", "w") as report:
    for line in open("people.csv"):
        name, age = line.strip().split(",")
        report.write(name + ";" + age + "\\n")
"""

REPORT_REWRITE = """\
```python
import lester_jupyter as ld

people = ld.read_text("people.csv", ["name", "age"], strip="both")
people.write_text("report.txt", sep=";")
```
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ("OPENAI_BASE_URL", "LESTER_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


AGES = [(number * 37) % 60 for number in range(30)]


def write_people(folder):
    rows = [f"person {number},{age}" for number, age in enumerate(AGES)]
    (folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def people(tmp_path):
    return write_people(tmp_path)


@pytest.fixture(scope="module")
def adults(tmp_path_factory):
    """A verified rewrite and its folder, made once: checking takes seconds."""
    folder = write_people(tmp_path_factory.mktemp("adults"))
    provider = script(ADULTS_REWRITE)
    return folder, rewrite(ADULTS, folder, namespace={"limit": 18}, provider=provider, settings=QUICK)


def script(*replies) -> ScriptedProvider:
    return ScriptedProvider(replies)


def errors(result: Rewrite) -> list[tuple[str, tuple[int, int] | None]]:
    return [(f.kind, f.lines) for f in result.findings if f.severity == "error"]


@pytest.mark.slow
def test_the_running_example_through_the_protocol_wrong_then_right(tmp_path):
    generate(tmp_path)
    told = []
    with serving(streams(recorded("wrong")), streams(recorded("good"))) as service:
        settings = Settings(rewriter="llm", base_url=service.url, model="test-model", verify_seconds=8.0)
        result = rewrite(MESSY, tmp_path, settings=settings, on_progress=lambda *what: told.append(what))

    assert result.verified
    assert result.rewriter == "llm"
    assert [(a.number, a.outcome, a.tokens) for a in result.attempts] == [(1, "different", 1050), (2, "verified", 1050)]
    assert result.tokens == 2100
    assert "Smith, Jones and Co" in result.attempts[0].reason  # the user sees the values
    sent = json.dumps(service.requests)
    assert "Smith, Jones and Co" not in sent  # the model does not
    assert "3 (str in the original, str in the rewrite: other text)" in service.requests[1]["messages"][3]["content"]
    assert sum(checked.outcome == "equal" for checked in result.verification.checked) > 20

    run = result.run(tmp_path)
    assert run.outputs == {"data": result.observation.values["data"]}
    assert len(run.outputs["data"]) > 100
    assert run.frame is run.frames["complaints"]
    assert list(run.frames) == ["customers", "mails", "recent", "complaints"]
    lines = [run.capture.code_lines(operator) for operator in run.plan.by_id]
    assert all(found["original"] for found in lines)
    origins = run.frame.lineage.backward(0)
    assert {name: len(rows) for name, rows in origins.items()} == {"customers": 1, "mails": 1}
    states = [(step, state) for step, state, _ in told]
    assert states[:2] == [("inspect", "running"), ("inspect", "done")]
    assert states[-2:] == [("rewrite", "done"), ("check", "done")]


@pytest.mark.slow
def test_the_running_example_by_the_rules_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    generate(tmp_path)
    result = rewrite(MESSY, tmp_path, settings=Settings(verify_seconds=8.0))
    assert result.verified
    assert (result.rewriter, [a.outcome for a in result.attempts]) == ("rules", ["verified"])
    run = result.run(tmp_path)
    assert run.outputs == {"data": result.observation.values["data"]}
    assert all(run.capture.code_lines(operator)["original"] for operator in run.plan.by_id)


def test_the_example_of_the_prompt_is_right(tmp_path):
    cities = [f"k{number % 17},city {number}" for number in range(25)]
    people = [f"person {number},k{number % 23},{(number * 37) % 60}" for number in range(40)]
    (tmp_path / "cities.csv").write_text("\n".join(cities) + "\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    reply = script(f"```python\n{prompts.EXAMPLE_REWRITE}```")
    result = rewrite(prompts.EXAMPLE, tmp_path, outputs=["names"], provider=reply, settings=QUICK)
    assert result.verified
    assert set(result.candidate.line_map) >= {1, 3, 4, 5, 6, 7}


def test_what_is_sent_is_what_dry_run_shows_and_nothing_of_the_data(people):
    shown = dry_run(ADULTS, people, namespace={"limit": 18}, hint="keep it short")
    with serving(streams("CANNOT: no.")) as service:
        settings = Settings(rewriter="llm", base_url=service.url, model="test-model")
        result = rewrite(ADULTS, people, namespace={"limit": 18}, hint="keep it short", settings=settings)
    assert prompts.render(service.requests[0]["messages"]) == shown
    assert result.attempts[0].asked == shown
    assert "keep it short" in shown
    assert "- limit: int" in shown
    assert "person" not in shown.split("──── user ────")[1]


def test_samples_are_sent_only_where_the_user_says_so(people):
    shown = dry_run(ADULTS, people, namespace={"limit": 18}, settings=Settings(share_samples=True))
    assert "    sample: person 0,0\n" in shown


def test_a_verified_rewrite_runs_in_a_namespace_it_does_not_change(adults):
    folder, result = adults
    assert result.verified
    namespace = {"limit": 18}
    run = result.run(folder, namespace)
    assert run.outputs == {"out": [f"Person {n}" for n, age in enumerate(AGES) if age >= 18]}
    assert namespace == {"limit": 18}
    assert result.run(folder, {"limit": 59}).outputs == {"out": [f"Person {n}" for n, a in enumerate(AGES) if a >= 59]}
    assert (run.label, run.encoder, run.X, run.y, run.model, run.pipeline) == (None,) * 6
    assert result.outputs == (Output("out"),)
    changed = result.verification.changed_equal
    assert repr(result) == f"Rewrite(verified, equal on {changed} changed inputs, 6 lines, outputs: out)"
    assert "-out = []\n" in result.diff()
    assert "+import lester_jupyter as ld\n" in result.diff()


def test_accepting_needs_no_model_the_next_time(adults):
    people, first = adults
    assert first.accept() == ()
    silent = script()
    auto = Settings(rewriter="auto", verify_seconds=8.0, minimum_inputs=5)
    again = rewrite(ADULTS, people, namespace={"limit": 18}, provider=silent, settings=auto)
    assert again.verified
    assert (again.rewriter, again.code, again.candidate.line_map) == ("cache", first.code, first.candidate.line_map)
    assert silent.asked == []
    stored = "".join(path.read_text(encoding="utf-8") for path in (people / ".lester").rglob("*.json"))
    for private in (KEY, "person 1", str(people)):
        assert private not in stored


def test_accepting_an_edit_stores_the_edit_and_checks_it_the_next_time(adults):
    people, first = adults
    edited = first.code.replace("adults", "grown_ups")
    with pytest.raises(RewriteError, match="The edited code is not valid Python: '\\(' was never closed in line 1"):
        first.accept("x = (\n")
    assert first.accept(edited) == ()
    auto = Settings(rewriter="auto", verify_seconds=8.0, minimum_inputs=5)
    again = rewrite(ADULTS, people, namespace={"limit": 18}, provider=script(), settings=auto)
    assert (again.verified, again.rewriter, again.code) == (True, "cache", edited)
    assert again.candidate.frames == {"out": "grown_ups"}


def test_files_are_given_as_text_and_written_only_when_asked(people):
    result = rewrite(REPORT, people, provider=script(REPORT_REWRITE), settings=QUICK)
    assert result.verified
    assert result.outputs == (Output("report.txt", "file"),)
    text = "".join(f"person {n};{age}\n" for n, age in enumerate(AGES))
    assert result.run(people).outputs == {"report.txt": text}
    assert not (people / "report.txt").exists()
    result.run(people, write_files=True)
    assert (people / "report.txt").read_text(encoding="utf-8") == text


def test_an_unverified_rewrite_runs_only_when_forced(people):
    wrong = ADULTS_REWRITE.replace(">= limit", "> limit")
    result = rewrite(
        ADULTS.replace("limit", "37"),
        people,
        provider=script(wrong.replace("limit", "37")),
        settings=Settings(rewriter="llm", rounds=1, verify_seconds=3.0, minimum_inputs=5),
    )
    assert not result.verified
    assert result.verification.counterexample is not None
    assert errors(result)[0][0] == "counterexample"
    with pytest.raises(RewriteError, match=r"not verified, so it is not run\. Hint: .*force=True"):
        result.run(people)
    assert "Person 1" not in result.run(people, force=True).outputs["out"]


def test_code_against_the_policy_never_runs(people, tmp_path):
    marker = tmp_path / "marker"
    hostile = ADULTS_REWRITE.replace("# lines 2-3", f'open("{marker}", "w").write("x")\nimport os')
    result = rewrite(ADULTS, people, namespace={"limit": 18}, provider=script(hostile, "CANNOT: no."), settings=QUICK)
    assert [a.outcome for a in result.attempts] == ["policy", "refused"]
    assert errors(result)[0][0] == "provider"
    with pytest.raises(RewriteError, match="not verified"):
        result.run(people, {"limit": 18})
    assert not marker.exists()


def test_a_rewrite_that_fails_later_shows_its_own_line(adults, people):
    _, result = adults
    (people / "people.csv").write_text("anna,old\n", encoding="utf-8")
    told = []
    with pytest.raises(Exception, match="old") as caught:
        result.run(people, {"limit": 18}, on_progress=lambda *what: told.append(what[:2]))
    shown = "".join(traceback.format_exception(caught.value))
    assert "<lester rewrite" in shown
    assert "adults = people.filter(lambda age: int(age) >= limit)" in shown
    assert told == [("run", "running"), ("run", "failed")]
    linecache.checkcache()
    assert any(name.startswith("<lester rewrite") for name in linecache.cache)


CALLS = "import socket\nx = [1]\nsocket.create_connection(('127.0.0.1', 9))\n"
CALLED = (
    "The original tried this, and it was not carried out: network call socket.getaddrinfo('127.0.0.1', 9, 0, 1, 0)."
)
ELSEWHERE = (
    "The original tried this, and it was not carried out: writing '/nowhere/a.csv', "
    "a file outside its copy of the working directory."
)
NOTHING = "The cell leaves nothing behind that could be compared: no variable and no file."


@pytest.mark.parametrize(
    ("code", "expected", "message"),
    [
        ("x = (\n", ("syntax-error", (1, 1)), "The cell is not valid Python: '(' was never closed."),
        ("x = 1\n%matplotlib inline\n", ("syntax-error", (2, 2)), "The cell is not valid Python: invalid syntax."),
        ("# nothing\n", ("output-missing", None), "The cell is empty."),
        (
            "x = 1\ny = x / 0\n",
            ("original-raised", (2, 2)),
            "The cell itself raises ZeroDivisionError: division by zero",
        ),
        (
            "for line in open('gone.csv'):\n    pass\n",
            ("original-raised", (1, 1)),
            "The cell itself raises FileNotFoundError: [Errno 2] No such file or directory: 'gone.csv'",
        ),
        (CALLS, ("external-call", (3, 3)), CALLED),
        ("x = [1]\nopen('/nowhere/a.csv', 'w').write('1')\n", ("sandbox", (2, 2)), ELSEWHERE),
        ("print('hello')\n", ("output-missing", None), NOTHING),
        (
            "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression().fit([[0], [1]], [0, 1])\n",
            ("stage-unsupported", None),
            "The cell is model code, which cannot be rewritten yet; only data preparation can.",
        ),
    ],
)
def test_a_cell_that_cannot_be_rewritten_says_why_and_nobody_is_asked(people, code, expected, message):
    provider, told = script(), []
    result = rewrite(code, people, provider=provider, settings=QUICK, on_progress=lambda *what: told.append(what))
    assert errors(result)[0] == expected
    assert result.findings[0].message == message
    assert result.findings[0].hint
    assert (result.verified, result.code, result.candidate, result.diff()) == (False, "", None, "")
    assert repr(result) == f"Rewrite(none: {expected[0]})"
    assert provider.asked == []
    assert told[-1] == ("inspect", "failed", message)
    with pytest.raises(RewriteError, match="There is no rewrite to run"):
        result.run(people)
    with pytest.raises(RewriteError, match="There is no rewrite to accept"):
        result.accept()


def test_dry_run_of_a_cell_that_cannot_be_rewritten_says_why(people):
    with pytest.raises(RewriteError, match=r"Nothing would be sent\. The cell is not valid Python"):
        dry_run("x = (", people)


def test_a_named_output_that_is_not_made_is_missing(people):
    result = rewrite(
        ADULTS, people, namespace={"limit": 1}, outputs=["out", "adults.csv"], provider=script(), settings=QUICK
    )
    assert errors(result) == [("output-missing", None)]
    assert result.findings[0].message == "The cell made no file 'adults.csv'."
    assert "out" in result.findings[0].hint


def test_a_failing_service_is_one_finding_and_the_notebook_goes_on(people):
    with serving(fails(401, f"Incorrect API key provided: {KEY}")) as service:
        settings = Settings(rewriter="llm", base_url=service.url, model="test-model")
        result = rewrite(ADULTS, people, namespace={"limit": 18}, settings=settings)
    assert not result.verified
    (finding,) = [f for f in result.findings if f.severity == "error"]
    assert finding.kind == "provider"
    assert "refused the key (401)" in finding.message
    assert [attempt.outcome for attempt in result.attempts] == ["provider"]
    for text in (repr(result), repr(result.findings), repr(result.attempts)):
        assert KEY not in text


def test_a_dropped_connection_is_waited_for_visibly(people, monkeypatch):
    monkeypatch.setattr("lester_jupyter.rewriting.providers.failures.BACKOFF_SECONDS", 0.01)
    told = []
    with serving(drops_in_the_middle("```python\nimp"), streams("CANNOT: no.")) as service:
        settings = Settings(rewriter="llm", base_url=service.url, model="test-model")
        rewrite(ADULTS, people, namespace={"limit": 18}, settings=settings, on_progress=lambda *w: told.append(w))
    assert any("was dropped in the middle of the reply. Waiting 0 s, then try 2 of 3." in detail for *_, detail in told)


def test_without_a_service_only_the_rules_are_tried(people, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    settings = Settings(verify_seconds=3.0, minimum_inputs=5)
    result = rewrite(ADULTS, people, namespace={"limit": 18}, settings=settings)
    assert [(attempt.rewriter, attempt.outcome) for attempt in result.attempts] == [("rules", "verified")]
    assert not (people / ".lester").exists()


def test_wrong_words_are_errors_of_the_caller(people):
    with pytest.raises(UsageError, match="There is no stage 'cooking'"):
        rewrite(ADULTS, people, stage="cooking")
    with pytest.raises(UsageError, match="There is no directory"):
        rewrite(ADULTS, people / "gone")
    with pytest.raises(UsageError, match="There is no rewriter 'magic'"):
        rewrite(ADULTS, people, rewriter="magic")


def test_a_dictionary_of_json_keys_in_which_none_and_nan_differ_is_not_verified(tmp_path):
    people = ["ann", None, "bob", "cem"]
    lines = [json.dumps({"id": i, "user": people[i % 4], "text": f"t{i}"}) for i in range(12)]
    (tmp_path / "r.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code = """\
import json
names = {}
for line in open('r.jsonl'):
    r = json.loads(line)
    names[r['user']] = r['text']
out = []
for line in open('r.jsonl'):
    r = json.loads(line)
    if r['user'] in names:
        out.append((r['id'], names[r['user']]))
"""
    result = rewrite(code, tmp_path, rewriter="rules")
    assert not result.verified
    assert "None and NaN" in result.verification.counterexample.name
