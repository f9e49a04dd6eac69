"""The cell below the magic runs as if the magic were not there."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

from lester_jupyter.magic.original import fail_like, run_original


def test_a_cell_that_works_leaves_its_variables_and_prints(shell, capsys):
    assert run_original(shell, "x = 1\nprint('hello')\n") is None
    assert shell.user_ns["x"] == 1
    assert capsys.readouterr().out == "hello\n"


def test_the_last_expression_is_displayed(shell, capsys):
    run_original(shell, "40 + 2")
    assert "42" in capsys.readouterr().out


def test_an_error_is_kept_back_and_names_the_cells_own_line(shell, capsys):
    failure = run_original(shell, "a = 1\nb = {}['missing']\n")
    assert isinstance(failure.error, KeyError)
    assert "line 2" in "\n".join(failure.rendered)
    assert "Traceback" not in capsys.readouterr().out


def test_what_ran_before_the_error_stays(shell):
    run_original(shell, "a = 5\nraise ValueError('no')\n")
    assert shell.user_ns["a"] == 5


def test_a_syntax_error_is_a_failure_too(shell):
    failure = run_original(shell, "for x in\n")
    assert isinstance(failure.error, SyntaxError)


def test_the_shell_shows_errors_again_afterwards(shell):
    run_original(shell, "1/0")
    assert "_showtraceback" not in vars(shell)


def test_failing_like_the_cell_shows_its_traceback_once_and_our_line_below(shell, capsys):
    shell.user_ns["fail"] = lambda: fail_like(shell, run_original(shell, "def f():\n    1/0\nf()\n"), "lester: sorry")
    result = shell.run_cell("fail()")
    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert shown.count("ZeroDivisionError: division by zero") == 1
    assert shown.rstrip().endswith("lester: sorry")
    assert "fail_like" not in shown
    assert "_showtraceback" not in vars(shell)


def test_an_error_of_somebody_else_meanwhile_is_shown_as_it_is(shell, capsys):
    failure = run_original(shell, "1/0")
    with contextlib.suppress(ZeroDivisionError):
        fail_like(shell, failure, "lester: sorry")
    shell.run_cell("raise KeyError('other')")
    shown = capsys.readouterr().out
    assert "KeyError: 'other'" in shown
    assert "lester: sorry" not in shown
    assert "_showtraceback" not in vars(shell)


def test_a_cell_may_await_although_the_kernels_loop_is_busy_with_the_magic(shell):
    async def kernel():
        assert run_original(shell, "import asyncio\nawait asyncio.sleep(0)\nslept = True\n") is None
        await asyncio.sleep(0)

    usual = shell.loop_runner
    with ThreadPoolExecutor(1) as own_thread:  # this one has a loop already where browser tests ran before
        own_thread.submit(asyncio.run, kernel()).result()
    assert shell.user_ns["slept"]
    assert shell.loop_runner is usual
