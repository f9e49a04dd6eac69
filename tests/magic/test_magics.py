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
        ("accept", "There is no rewritten cell"),
    ],
)
def test_a_wrong_command_is_one_readable_line(shell, capsys, line, message):
    result = run(shell, f"%lester {line}")
    shown = capsys.readouterr().out
    assert not result.success
    assert message in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("option", ["--rewriter nobody", "--stage nothing"])
def test_a_wrong_option_is_told_before_the_cell_runs(shell, option):
    result = run(shell, f"%%lester {option}\nmark = 1\n")
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


def test_a_cell_that_changes_the_directory_is_rewritten_where_it_ran(shell):
    Path("sub").mkdir()
    run(shell, QUICK + "import os\nos.chdir('sub')\n" + CELL.replace("customers.csv", "../customers.csv"))
    session = shell.user_ns["_lester"]
    assert Path.cwd().name == "sub"
    assert session.request.directory == Path.cwd().parent


def test_what_functions_of_earlier_cells_look_up_is_taken_along(shell):
    run(shell, "unwanted = ['US']\ndef is_unwanted(country):\n    return any(country == one for one in unwanted)\n")
    run(shell, "def is_wanted(country):\n    return not is_unwanted(country)\nunused = 1\n")
    run(shell, QUICK + CELL.replace("country == 'US'", "not is_wanted(country)"))
    session = shell.user_ns["_lester"]
    assert set(session.request.namespace) == {"is_wanted", "is_unwanted", "unwanted"}
    assert session.status == "verified", session.findings


def test_after_a_cell_that_fails_nothing_is_said_about_an_earlier_one(shell, capsys):
    shell.user_ns["_lester"] = shell.magics_manager.magics["cell"]["lester"].__self__._last = "an earlier session"
    run(shell, QUICK + "1/0\n")
    capsys.readouterr()
    assert not run(shell, "%lester accept").success
    assert "There is no rewritten cell" in capsys.readouterr().out
    assert "_lester" not in shell.user_ns


def test_interrupting_the_rewrite_is_said_in_one_line_and_in_the_view(shell, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lester_jupyter.magic.session.rewrite", interrupted)
    result = run(shell, QUICK + CELL)
    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, KeyboardInterrupt)
    assert last_line(shown).startswith("KeyboardInterrupt: the rewrite was interrupted")
    assert "Traceback" not in shown
    assert shell.user_ns["kept"]
    assert shell.user_ns["_lester"].view.status == "failed"


def test_rejecting_takes_an_acceptance_back(shell):
    run(shell, QUICK + CELL)
    run(shell, "%lester accept")
    run(shell, "%lester reject")
    run(shell, "%%lester --verify-seconds 8\n" + CELL)
    assert shell.user_ns["_lester"].rewrite.rewriter == "rules"
