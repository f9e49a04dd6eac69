"""`%%lester` and `%lester`, in a shell: what users type and what they get."""

from __future__ import annotations

from pathlib import Path

import pytest
from magic_cells import CELL, LEAVES_FILES_OPEN, QUICK

pytestmark = LEAVES_FILES_OPEN


def run(shell, text):
    return shell.run_cell(text)


def last_line(text):
    return [line for line in text.splitlines() if line.strip()][-1]


def test_a_variable_of_an_earlier_cell_is_taken_as_it_was(shell):
    run(shell, "unwanted = ['US']")
    cell = CELL.replace("country == 'US'", "country in unwanted") + "unwanted.append('DE')\n"
    run(shell, QUICK + cell)
    session = shell.user_ns["_lester"]
    assert shell.user_ns["unwanted"] == ["US", "DE"]
    assert session.request.namespace["unwanted"] == ["US"]


def test_a_missing_file_is_the_cells_own_error_and_one_line_of_ours(shell, capsys):
    result = run(shell, QUICK + CELL.replace("customers.csv", "nowhere.csv"))
    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, FileNotFoundError)
    assert shown.count("FileNotFoundError:") == 1
    assert last_line(shown).startswith("lester: the cell raised FileNotFoundError")


def test_a_malformed_line_is_the_cells_own_error_and_one_line_of_ours(shell, capsys):
    with Path("customers.csv").open("a", encoding="utf-8") as file:
        file.write("only,three,fields\n")
    result = run(shell, QUICK + CELL)
    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, ValueError)
    assert "not enough values to unpack" in shown
    assert last_line(shown).startswith("lester: the cell raised ValueError")


def test_a_syntax_error_is_the_cells_own_error_and_one_line_of_ours(shell, capsys):
    result = run(shell, QUICK + "for line in open('customers.csv')\n    pass\n")
    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, SyntaxError)
    assert last_line(shown).startswith("lester: the cell raised SyntaxError")


def test_an_empty_file_gives_nothing_and_is_not_called_verified_without_evidence(shell):
    Path("customers.csv").write_text("")
    result = run(shell, QUICK + CELL)
    assert result.success
    assert shell.user_ns["kept"] == []
    session = shell.user_ns["_lester"]
    assert session.status in ("unverified", "refused")
    assert session.findings


def test_a_cell_without_output_says_so(shell):
    result = run(shell, QUICK + "print(sum(1 for line in open('customers.csv')))\n")
    assert result.success
    session = shell.user_ns["_lester"]
    assert session.status == "refused"
    assert [f.kind for f in session.findings if f.severity == "error"] == ["output-missing"]


def test_what_rules_do_not_cover_is_refused_with_its_line(shell):
    cell = "balance = 0\nkept = []\nfor line in open('customers.csv'):\n    balance = balance + len(line)\n    kept.append(balance)\n"
    run(shell, QUICK + cell)
    session = shell.user_ns["_lester"]
    assert session.status == "refused"
    error = next(f for f in session.findings if f.severity == "error")
    assert error.lines is not None
    assert 3 <= error.lines[0] <= 5


def test_an_accepted_rewrite_is_taken_from_the_store(shell):
    run(shell, QUICK + CELL)
    run(shell, "%lester accept")
    run(shell, "%%lester --verify-seconds 8\n" + CELL)
    assert shell.user_ns["_lester"].rewrite.rewriter == "cache"
    assert shell.user_ns["_lester"].status == "verified"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "%lester needs a command"),
        ("acept", "There is no command 'acept'"),
        ("accept", "No cell has been rewritten yet"),
    ],
)
def test_a_wrong_command_is_one_readable_line(shell, capsys, line, message):
    result = run(shell, f"%lester {line}")
    shown = capsys.readouterr().out
    assert not result.success
    assert message in shown
    assert "Traceback" not in shown


def test_a_wrong_option_is_told_before_the_cell_runs(shell):
    result = run(shell, "%%lester --rewriter nobody\nmark = 1\n")
    assert not result.success
    assert "mark" not in shell.user_ns


def test_dry_run_prints_what_would_be_sent_and_sends_nothing(shell, capsys):
    run(shell, "%%lester --dry-run\n" + CELL)
    shown = capsys.readouterr().out
    assert "customers.csv" in shown
    assert "c1@mail" not in shown  # no value of the data
    assert "_lester" not in shell.user_ns


def test_the_help_explains_the_options(shell, capsys):
    text = shell.magics_manager.magics["cell"]["lester"].__doc__
    assert "--rewriter" in text
    assert "%lester accept" in text


def test_unloading_takes_the_magics_away(shell):
    shell.run_line_magic("unload_ext", "lester_jupyter")
    assert "lester" not in shell.magics_manager.magics["cell"]
    shell.run_line_magic("load_ext", "lester_jupyter")
