"""Verification of a small two-file cell: right rewrites pass, and every wrong variant is refused with a counterexample."""

from __future__ import annotations

import pandas as pd
import pytest
from rewriting_sandboxes import shared_sandbox

from lester_jupyter.errors import PolicyError
from lester_jupyter.rewriting.types import Candidate, Output, Verification
from lester_jupyter.rewriting.verification.validation import describe_evidence, run_candidate, verify

CUSTOMERS = """\
1,ann@a.org,UK,standard,0042
2,bob@b.org,DE,premium,0100
3,cem@c.org,US,premium,0007
4,dee@d.org,FR,standard,0350
5,eve@e.org,UK,premium,1200
6,fay@f.org,DE,standard,0099
"""
MAILS = """\
m1,ann@a.org,2021-12-31,Hello
m2,bob@b.org,2022-01-01,Card LOST
m3,cem@c.org,2023-05-05,Thanks
m4,eve@e.org,2023-02-01,Question
m5,gus@g.org,2023-02-02,Nobody
m6,bob@b.org,2024-02-02,Second mail
m7,fay@f.org,2020-02-02,Old one
m8,dee@d.org,2022-07-01,Re: card
"""

ORIGINAL = """
wanted = ["UK", "DE", "FR"]
customers = {}
for line in open("customers.csv"):
    number, email, country, level, balance = line.strip().split(",")
    if country not in wanted:
        continue
    customers[email] = (country, level == "premium", balance)
data = []
for line in open("mails.csv"):
    mail, email, day, subject = line.strip().split(",")
    if email in customers:
        country, premium, balance = customers[email]
        if int(day.split("-")[0]) >= 2022:
            data.append((subject.lower(), country, premium, balance))
with open("out.txt", "w") as out:
    for subject, country, premium, balance in data:
        out.write(subject + ";" + country + "\\n")
"""

REWRITE = """
import lester_jupyter as ld
wanted = ["UK", "DE", "FR"]
customers = ld.read_text("customers.csv", ["number", "email", "country", "level", "balance"], strip="both")
customers = customers.filter("country in @wanted").distinct(["email"], keep="last")
customers = customers.project("premium", ["level"], lambda level: level == "premium")
mails = ld.read_text("mails.csv", ["mail", "email", "day", "subject"], strip="both")
result = mails.join(customers, on="email").filter(lambda day: int(day.split("-")[0]) >= 2022)
result = result.project("subject", ["subject"], str.lower)
data = result.to_tuples(["subject", "country", "premium", "balance"])
result.write_text("out.txt", sep=";", columns=["subject", "country"])
"""

OUTPUTS = (Output("data"), Output("out.txt", "file"))

# what is wrong → (the words of the rewrite, what stands there instead)
WRONG = {
    "changes a number": (">= 2022", ">= 2021"),
    "greater instead of greater or equal": (">= 2022", "> 2022"),
    "drops a column": (', "premium", "balance"]', ', "premium"]'),
    "swaps two columns": ('"premium", "balance"])', '"balance", "premium"])'),
    "shuffles the rows": (
        "data = result.to_tuples(",
        "import random\ndata = random.Random(1).sample(result.to_tuples(",
    ),
    "sorts the rows": ("data = result.to_tuples(", "data = sorted(result.to_tuples("),
    "first wins": ('keep="last"', 'keep="first"'),
    "joins n to m": ('.distinct(["email"], keep="last")', ""),
    "filters after distinct": (
        'customers.filter("country in @wanted").distinct(["email"], keep="last")',
        'customers.distinct(["email"], keep="last").filter("country in @wanted")',
    ),
    "left instead of inner join": ('on="email")', 'on="email", how="left")'),
    "does not strip": ('"subject"], strip="both")', '"subject"])'),
    "strips too much": ("result.write_text(", "data = [(s.strip(), *rest) for s, *rest in data]\nresult.write_text("),
    "missing words as missing values": (
        'customers = ld.read_text("customers.csv", ["number", "email", "country", "level", "balance"], strip="both")',
        (
            'customers = ld.read_csv("customers.csv", header=None, names=["number", "email", "country", "level", "balance"], '
            "dtype=str)"
        ),
    ),
    "numbers instead of texts": (
        '"premium", ["level"]',
        '"balance", ["balance"], int).project("premium", ["level"]',
    ),
    "swallows the first record": (
        '"level", "balance"], strip="both"',
        '"level", "balance"], strip="both", header=True',
    ),
    "removes doubles": ("str.lower)", "str.lower).distinct()"),
    "removes doubled mails": ("str.lower)", 'str.lower).distinct(["subject"])'),
    "handles quotes": ('"day", "subject"], strip="both"', '"day", "subject"], quoting=True'),
    "skips blank subjects": (
        "result = mails.join",
        "mails = mails.filter(lambda subject: subject != '')\nresult = mails.join",
    ),
    "forgets a country": ('["UK", "DE", "FR"]', '["UK", "DE"]'),
    "ignores upper case of countries": ('"country in @wanted"', "lambda country: country.upper() in wanted"),
    "not standard instead of premium": ('level == "premium"', 'level != "standard"'),
    "starts with premium": ('level == "premium"', 'level.startswith("premium")'),
    "title case": ("str.lower", "str.title"),
    "lists instead of tuples": ("to_tuples", "to_lists"),
    "cuts the text": ("str.lower", "lambda subject: subject.lower()[:200]"),
    "compares days as texts": ('int(day.split("-")[0]) >= 2022', "day >= '2022'"),
    "leaves the file out": ('result.write_text("out.txt", sep=";", columns=["subject", "country"])', ""),
    "other separator in the file": ('sep=";"', 'sep=","'),
    "a header in the file": ('columns=["subject", "country"])', 'columns=["subject", "country"], header=True)'),
    "leaves the variable out": ("data = result", "other = result"),
    "filters before the join, where the year may be no number": (
        'mails.join(customers, on="email").filter(lambda day: int(day.split("-")[0]) >= 2022)',
        'mails.filter(lambda day: int(day.split("-")[0]) >= 2022).join(customers, on="email")',
    ),
    "raises": ("data = result", "1 / 0\ndata = result"),
    "raises on an unknown customer": ("data = result", "assert len(result) == 5\ndata = result"),
    "the answer by heart": (
        "data = result.to_tuples",
        (
            "data = [('card lost', 'DE', True, '0100'), ('question', 'UK', True, '1200'), "
            "('second mail', 'DE', True, '0100'), ('re: card', 'FR', False, '0350')]\nunused = result.to_tuples"
        ),
    ),
}


@pytest.fixture
def inputs(tmp_path):
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "mails.csv").write_text(MAILS)
    return tmp_path


def check(code: str, directory, *, original: str = ORIGINAL, outputs=OUTPUTS, **options) -> Verification:
    return verify(
        original,
        Candidate(code, outputs),
        directory=directory,
        sandbox=shared_sandbox(),
        **{"budget_seconds": 60.0, **options},
    )


def small(original: str, rewrite: str, directory, **options) -> Verification:
    """One output named y."""
    return check(
        rewrite,
        directory,
        original=original,
        outputs=(Output("y"),),
        **{"budget_seconds": 30.0, "minimum_inputs": 10, **options},
    )


def test_right_rewrite_is_verified_on_many_changed_inputs(inputs):
    seen = []
    verification = check(REWRITE, inputs, on_progress=lambda number, checked: seen.append((number, checked)))
    assert verification.verified, verification.counterexample
    assert verification.counterexample is None
    assert [checked.name for checked in verification.checked[:2]] == [
        "the real inputs",
        "the real inputs, with other seeds",
    ]
    equal = [checked for checked in verification.checked if checked.outcome == "equal"]
    raised = [checked for checked in verification.checked if checked.outcome == "original-raised"]
    assert len(equal) >= 22
    assert len(equal) + len(raised) == len(verification.checked) == len(seen)
    assert seen[-1] == (len(seen), verification.checked[-1])
    assert [finding.kind for finding in verification.findings if finding.severity != "info"] == []
    assert f"Equal on the real inputs and on {len(equal) - 2} changed ones" in verification.findings[0].message
    assert describe_evidence(verification).startswith(f"verified: equal on {len(equal)} versions")
    assert sorted(path.name for path in inputs.iterdir()) == ["customers.csv", "mails.csv"]
    assert (inputs / "customers.csv").read_text() == CUSTOMERS


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG.keys())
def test_wrong_rewrite_is_refused_with_a_counterexample(old, new, inputs):
    assert old in REWRITE
    code = REWRITE.replace(old, new)
    if "sample(" in new or "sorted(" in new:
        code = code.replace(
            '"premium", "balance"])', '"premium", "balance"])' + (", k=len(result))" if "sample(" in new else ")")
        )
    verification = check(code, inputs)
    assert not verification.verified
    assert verification.counterexample is not None, [finding.message for finding in verification.findings]
    assert verification.counterexample is verification.checked[-1]
    assert verification.counterexample.detail
    assert verification.findings[0].kind == "counterexample"


def test_counterexample_shows_the_row_on_few_records(inputs):
    verification = check(REWRITE.replace('keep="last"', 'keep="first"'), inputs)
    found = verification.counterexample
    assert found.outcome == "different"
    assert "repeated with another field" in found.name
    assert "cut down from" in found.name
    assert found.row == 0
    assert found.original_row != found.rewritten_row
    assert found.original_row.startswith("(")


def test_same_seed_gives_the_same_evidence(inputs):
    wrong = REWRITE.replace('keep="last"', 'keep="first"')
    assert check(wrong, inputs) == check(wrong, inputs)


def test_policy_comes_before_anything_runs(inputs):
    verification = check("import os\nos.system('touch pwned')", inputs)
    assert not verification.verified
    assert verification.checked == ()
    assert {finding.kind for finding in verification.findings} == {"policy"}


def test_an_original_that_raises_cannot_be_verified(inputs):
    verification = small("y = 1\nz = 1 / 0", "y = 1", inputs)
    assert (verification.verified, verification.checked) == (False, ())
    assert verification.findings[0].kind == "original-raised"
    assert verification.findings[0].lines == (2, 2)


def test_an_output_that_the_original_does_not_make_is_named(inputs):
    assert small("x = 1", "y = 1", inputs).findings[0].message == "The original does not make the variable 'y'."
    assert small("import re\ny = re.compile('a')", "y = 1", inputs).findings[0].kind == "not-comparable"
    assert check("y = 1", inputs, original="y = 1", outputs=()).findings[0].kind == "output-missing"


def test_chance_in_the_original_is_never_verified(inputs):
    verification = small("import random\ny = random.random()", "import random\ny = random.random()", inputs)
    assert not verification.verified
    assert "non-deterministic" in {finding.kind for finding in verification.findings}


def test_external_calls_keep_a_rewrite_from_being_verified(inputs):
    original = "y = len(open('mails.csv').read().split('\\n')) - 1\ntry:\n    import socket\n    socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass"
    verification = small(original, "import lester_jupyter as ld\ny = len(ld.read_lines('mails.csv'))", inputs)
    assert not verification.verified
    assert "external-call" in {finding.kind for finding in verification.findings}


def test_order_of_a_set_may_differ(inputs):
    original = "y = list({line.split(',')[1] for line in open('mails.csv')})"
    rewrite = "import lester_jupyter as ld\ny = ld.read_text('mails.csv', ['m', 'e'], extra='drop').distinct(['e']).to_values('e')"
    verification = small(original, rewrite, inputs)
    assert verification.verified, verification.findings
    assert "order-undefined" in {finding.kind for finding in verification.findings}


def test_output_that_never_changes_is_weak_evidence(inputs):
    original = "y = 0\nfor line in open('mails.csv'):\n    if len(line) > 10**9: y = line"
    verification = small(
        original, "import lester_jupyter as ld\nlines = ld.read_lines('mails.csv')\ny = 0", inputs, budget_seconds=60.0
    )
    assert not verification.verified
    assert verification.findings[-1].kind == "weak-evidence"


def test_cell_without_inputs_is_verified_by_its_one_result(inputs):
    assert small("y = sum(i for i in range(10))", "y = 45", inputs).verified


def test_empty_result_on_the_real_inputs_is_decided_by_changed_ones(inputs):
    original = "y = []\nfor line in open('customers.csv'):\n    parts = line.strip().split(',')\n    if parts[2] == 'ZZ': y.append(parts[1])"
    right = """
import lester_jupyter as ld
customers = ld.read_text("customers.csv", ["n", "email", "country"], strip="both", extra="drop")
y = customers.filter("country == 'ZZ'").to_values("email")
"""
    assert small(original, right, inputs, budget_seconds=60.0).verified
    for wrong in (right.replace("'ZZ'", "'ZY'"), "y = []"):
        assert small(original, wrong, inputs, budget_seconds=60.0).counterexample is not None


def test_files_beside_the_working_directory_are_changed_too(inputs):
    if not shared_sandbox().isolated():
        pytest.skip("a changed copy in another place needs namespaces")
    (inputs / "notebooks").mkdir()
    original = "y = [line.strip() for line in open('../mails.csv') if 'a@a' not in line]"
    right = (
        "import lester_jupyter as ld\nmails = ld.read_lines('../mails.csv').filter(lambda line: 'a@a' not in line)\n"
    )
    right += "y = mails.project('line', ['line'], str.strip).to_values('line')"
    assert small(original, right, inputs / "notebooks").verified
    verification = small(original, right.replace("'a@a' not in line", "len(line) > 22"), inputs / "notebooks")
    assert verification.counterexample is not None
    assert (inputs / "mails.csv").read_text() == MAILS


def test_budget_that_ends_too_early_is_said(inputs):
    verification = check(REWRITE, inputs, budget_seconds=0.05)
    assert not verification.verified
    assert [finding.kind for finding in verification.findings] == ["time-budget"]


def test_frames_of_the_namespace_are_changed_too(inputs):
    frame = pd.DataFrame({"city": ["Ulm", "Bonn", "Ulm", None], "n": [1, 2, 3, 4]})
    original = "y = [(r.city, r.n * 2) for r in frame.itertuples() if r.n > 1 and isinstance(r.city, str)]"
    right = """
import lester_jupyter as ld
result = ld.from_pandas(frame, name="frame").filter(lambda city, n: n > 1 and isinstance(city, str))
y = result.project("n", ["n"], lambda n: n * 2).to_tuples(["city", "n"])
"""
    namespace = {"frame": frame, "y": "an old value"}
    assert small(original, right, inputs, namespace=namespace).verified
    assert small(original, right.replace("n > 1", "n >= 1"), inputs, namespace=namespace).counterexample is not None
    assert small(original, right.replace("n * 2", "n + n % 5"), inputs, namespace=namespace).counterexample is not None
    assert small(original, "z = 1", inputs, namespace=namespace).counterexample is not None
    changing = right + "frame['n'] = 0\n"
    assert (
        "changes the variable 'frame'" in small(original, changing, inputs, namespace=namespace).counterexample.detail
    )


def test_functions_of_the_notebook_are_known_to_both(inputs, monkeypatch):
    def shout(text):
        return text.upper() + "!"

    monkeypatch.setattr(shout, "__module__", "__main__")
    original = "y = [shout(line.strip()) for line in open('mails.csv')]"
    rewrite = "import lester_jupyter as ld\ny = [shout(line.strip()) for line in ld.read_lines('mails.csv').to_values('line')]"
    assert small(original, rewrite, inputs, namespace={"shout": shout}).verified


def test_side_effects_that_equality_leaves_out_are_noted(inputs):
    original = "import pandas as pd\ny = pd.DataFrame({'a': [3, 1, 2]}).sort_values('a')"
    verification = small(original, "import pandas as pd\ny = pd.DataFrame({'a': [1, 2, 3]})", inputs)
    assert verification.verified
    assert "row labels" in next(finding.message for finding in verification.findings if finding.kind == "side-note")


def test_candidate_runs_alone(inputs):
    run = run_candidate(REWRITE, directory=inputs, outputs=["data"], writes=["out.txt"], sandbox=shared_sandbox())
    assert run.error is None
    assert run.values["data"][0] == ("card lost", "DE", True, "0100")
    assert run.files["out.txt"].splitlines()[0] == "card lost;DE"
    assert not (inputs / "out.txt").exists()
    failed = run_candidate("x = 1\ny = 1 / 0", directory=inputs, sandbox=shared_sandbox())
    assert (failed.error, failed.error_line, failed.values) == ("ZeroDivisionError: division by zero", 2, {"x": 1})
    with pytest.raises(PolicyError, match="`open` is not allowed"):
        run_candidate("open('x')", directory=inputs, sandbox=shared_sandbox())
