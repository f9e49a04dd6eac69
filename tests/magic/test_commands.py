"""`%lester COMMAND` after a cell has been rewritten; one rewritten cell serves all of these tests."""

from __future__ import annotations

import shutil
from dataclasses import replace

from magic_cells import LEAVES_FILES_OPEN

from lester_jupyter.magic import load
from lester_jupyter.magic.session import Session

pytestmark = LEAVES_FILES_OPEN


def run(shell, text):
    return shell.run_cell(text)


def test_a_messy_cell_runs_and_is_rewritten_and_verified(rewritten):
    session: Session = rewritten.user_ns["_lester"]
    assert session.status == "verified", session.findings
    assert rewritten.user_ns["kept"] == session.run.outputs["kept"]
    assert session.view.plan["operators"]
    assert session.view.status == "verified"


def test_the_rewrite_does_not_touch_the_users_variables(rewritten):
    before = rewritten.user_ns["names_before"] | {"names_before"}
    new = {n for n in set(rewritten.user_ns) - before if not n.startswith("_")}
    assert new == {"kept", "line", "customer_id", "email", "bank", "country"}


def test_accept_puts_the_code_into_the_next_input(rewritten, capsys):
    run(rewritten, "%lester accept")
    assert "Accepted" in capsys.readouterr().out
    assert rewritten.rl_next_input == rewritten.user_ns["_lester"].rewrite.code
    accepted = dict(rewritten.user_ns)
    exec(rewritten.rl_next_input, accepted)
    assert accepted["kept"] == rewritten.user_ns["kept"]


def test_plan_records_trace_and_code(rewritten, capsys):
    capsys.readouterr()
    for command in ("plan", "trace 0", "code", "status"):
        run(rewritten, f"%lester {command}")
    shown = capsys.readouterr().out
    assert "customers" in shown
    assert "your lines" in shown
    assert "import lester_jupyter as ld" in shown
    assert "verified" in shown
    assert len(rewritten.run_line_magic("lester", "records 1")) == 12


def test_rows_and_operators_that_do_not_exist(rewritten, capsys):
    for command in ("trace 9999", "records 77", "trace x"):
        capsys.readouterr()
        assert not run(rewritten, f"%lester {command}").success
        assert "Traceback" not in capsys.readouterr().out


def test_loading_twice_keeps_the_session(rewritten):
    load(rewritten)
    assert rewritten.run_line_magic("lester", "plan") is None


def test_an_edited_rewrite_is_not_called_verified(rewritten):
    session: Session = rewritten.user_ns["_lester"]
    session.accept(session.rewrite.code + "kept = []\n")
    assert session.view.verification["verified"] is False
    assert "Verified" not in repr(session.view)


def test_a_rewrite_that_could_not_be_stored_is_not_silently_accepted(rewritten, capsys):
    store = rewritten.user_ns["_lester"].request.directory / ".lester" / "rewrites"
    shutil.rmtree(store)
    store.touch()
    try:
        run(rewritten, "%lester accept")
    finally:
        store.unlink()
    assert "could not be stored" in capsys.readouterr().out


def test_a_retry_that_finds_nothing_leaves_nothing_of_the_run_before(rewritten, capsys, monkeypatch):
    session: Session = rewritten.user_ns["_lester"]
    code = session.request.code + "raise ValueError\n"
    monkeypatch.setattr(session, "request", replace(session.request, code=code))
    assert run(rewritten, "%lester retry").success
    assert (session.status, session.run, session.view.plan, session.view.rewritten) == ("refused", None, {}, "")
    capsys.readouterr()
    assert not run(rewritten, "%lester plan").success
