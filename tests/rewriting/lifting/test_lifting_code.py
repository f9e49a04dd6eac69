"""The text of rewrites: what a good engineer would have written, with the lines it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from lifting_execution import run
from lifting_inputs import write_inputs

from lester_jupyter.rewriting.lifting import lift

# Scripts leave their files open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

RUNNING_EXAMPLE = Path(__file__).parent / "fixtures" / "lifted" / "running_example.py"


def body(code: str) -> list[str]:
    """The statements over frames."""
    return [line for line in lift(code).code.splitlines() if "ld." in line or ".to_" in line or " = " in line]


def test_running_example_reads_as_written_by_hand() -> None:
    code = lift(RUNNING_EXAMPLE.read_text()).code
    frames = code[code.index("customers = ") :]
    assert frames == (
        "customers = ld.read_text(\n"
        '    "customers.csv", ["customer_id", "customer_email", "bank", "country", "level"], strip="both"\n'
        ")\n"
        'customers = customers.project("is_premium", ["level"], lambda level: level == "premium")\n'
        'customers = customers.filter("country in @target_countries")\n'
        'customers = customers.distinct(["customer_email"], keep="last")\n'
        "mails = ld.read_text(\n"
        '    "mails.csv",\n'
        '    ["field_0", "email", "raw_date", "mail_subject", "mail_text"],\n'
        '    strip="both",\n'
        '    extra="drop",\n'
        ")\n"
        "mails = mails.project(\n"
        '    "date", ["raw_date"], lambda raw_date: datetime.strptime(raw_date, "%Y-%m-%d")\n'
        ")\n"
        'mails = mails.filter(matches_usecase, ["date"])\n'
        'mails = mails.join(customers, left_on="email", right_on="customer_email")\n'
        'mails = mails.project("title", ["mail_subject"], str.lower)\n'
        'mails = mails.project("text", ["mail_text"], str.strip)\n'
        'mails = mails.project("sentiment", ["text"], sentiment_of)\n'
        "\n"
        'data_frame = mails.select(["title", "text", "bank", "country", "sentiment", "is_premium"])\n'
        "data = data_frame.to_tuples()\n"
    )


def test_running_example_maps_each_step_to_its_very_lines() -> None:
    original = RUNNING_EXAMPLE.read_text().splitlines()
    candidate = lift(RUNNING_EXAMPLE.read_text())
    stands_for = {
        line: [original[n - 1].strip() for n in candidate.line_map[number]]
        for number, line in enumerate(candidate.code.splitlines(), 1)
        if number in candidate.line_map
    }
    assert stands_for['customers = customers.filter("country in @target_countries")'] == [
        "if country in target_countries:"
    ]
    assert stands_for['mails = mails.filter(matches_usecase, ["date"])'] == [
        "if not matches_usecase(date):",
        "continue",
    ]
    assert stands_for['mails = mails.join(customers, left_on="email", right_on="customer_email")'] == [
        "if email in customers:",
        "bank, country, is_premium = customers[email]",
    ]
    assert stands_for['mails = mails.project("title", ["mail_subject"], str.lower)'] == ["title = mail_subject.lower()"]
    append = ["data.append((title, text, bank, country, sentiment, is_premium))"]
    assert stands_for["data = data_frame.to_tuples()"] == append
    select = 'data_frame = mails.select(["title", "text", "bank", "country", "sentiment", "is_premium"])'
    assert stands_for[select] == append
    assert candidate.frames == {"data": "data_frame"}


LOOP = "out = []\nfor line in open('people.csv'):\n    name, age, city, country = line.strip().split(',')\n"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("country == 'FR'", "filter(\"country == 'FR'\")"),
        ("country in ('FR', 'IT')", "filter(\"country in ['FR', 'IT']\")"),
        ("name", "filter(\"name != ''\")"),
        ("'an' in name", 'filter(lambda name: "an" in name)'),
        ("name.isalpha()", 'filter(str.isalpha, ["name"])'),
        ("age.isdigit() and int(age) > 20", "filter(lambda age: int(age) > 20)"),
        ("not country.startswith('F')", 'filter(lambda country: not country.startswith("F"))'),
        ('country == "it\'s"', 'filter(lambda country: country == "it\'s")'),
    ],
)
def test_conditions_are_queries_only_where_these_say_the_same(condition: str, expected: str) -> None:
    code = lift(f"{LOOP}    if {condition}:\n        out.append(name)\n").code
    assert expected in code


def test_unused_values_are_not_computed() -> None:
    code = lift(f"{LOOP}    shout = name.upper()\n    out.append(city)\n").code
    assert "upper" not in code


def test_kept_code_stands_as_in_the_original_with_its_comments() -> None:
    code = "LIMIT = 3  # characters\nunused = 4\n" + LOOP + "    if len(name) > LIMIT:\n        out.append(name)\n"
    rewritten = lift(code).code
    assert "LIMIT = 3  # characters\n" in rewritten
    assert "unused" not in rewritten


def test_look_up_without_a_guard_still_raises_for_a_missing_key(tmp_path: Path) -> None:
    code = (Path(__file__).parent / "fixtures" / "lifted" / "checked_lookup.py").read_text()
    write_inputs(tmp_path)
    candidate = lift(code, directory=tmp_path)
    (tmp_path / "capitals.txt").write_text("FR;Paris\n")
    for version in (code, candidate.code):
        with pytest.raises(KeyError):
            run(version, tmp_path, ("rows",))


def test_names_of_both_sides_of_a_join_do_not_meet(tmp_path: Path) -> None:
    code = (
        "c = {}\n"
        "for line in open('customers.csv'):\n"
        "    id, email, name, country, level = line.strip().split(',')\n"
        "    c[email] = (id, name)\n"
        "out = []\n"
        "for line in open('mails.csv'):\n"
        "    id, email, date, name, text = line.strip().split(',', 4)\n"
        "    if email in c:\n"
        "        cid, cname = c[email]\n"
        "        out.append((id, cid, name, cname))\n"
    )
    write_inputs(tmp_path)
    candidate = lift(code, directory=tmp_path)
    assert run(candidate.code, tmp_path, ("out",)) == run(code, tmp_path, ("out",))


def test_namespace_gives_tables_and_records(tmp_path: Path) -> None:
    import pandas as pd

    namespace = {
        "people": pd.DataFrame({"name": ["Ann", "Bob"], "age": [31, 17]}),
        "rows": [("Ann", "FR"), ("Cy", "IT")],
        "wanted": {"FR"},
    }
    code = (
        "country_of = {}\n"
        "for name, country in rows:\n"
        "    country_of[name] = country\n"
        "out = []\n"
        "for _, row in people.iterrows():\n"
        "    if row['name'] in country_of and country_of[row['name']] in wanted:\n"
        "        out.append((row['name'], row['age'] + 1))\n"
    )
    candidate = lift(code, namespace=namespace)
    assert run(candidate.code, tmp_path, ("out",), namespace) == run(code, tmp_path, ("out",), namespace)
    assert "ld.from_pandas(people" in candidate.code


def test_lists_of_the_notebook_may_be_empty(tmp_path: Path) -> None:
    code = (
        "name_of = {}\nfor u in people:\n    name_of[u['id']] = u['name']\n"
        "out = []\nfor o in orders:\n    if o[1] in name_of:\n        out.append((o[0], name_of[o[1]]))\n"
    )
    people, orders = [{"id": 1, "name": "a"}, {"id": 2, "name": None}], [(7, 1), (8, 2), (9, 3)]
    candidate = lift(code, namespace={"people": people, "orders": orders})
    for some in (people, []):
        for more in (orders, []):
            given = {"people": some, "orders": more}
            assert run(candidate.code, tmp_path, ("out",), given) == run(code, tmp_path, ("out",), given)


def test_outputs_that_merge_rows_say_that_lineage_is_of_the_rows() -> None:
    [finding] = lift(LOOP.replace("out = []", "out = {}") + "    out[name] = city\n").findings
    assert (finding.kind, finding.lines) == ("merged-rows", (4, 4))
    assert not lift(f"{LOOP}    out.append(name)\n").findings
