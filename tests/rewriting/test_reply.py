from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_loopback import recorded

from lester_jupyter.rewriting.llm.reply import frames_behind, read_reply, strip_markers
from lester_jupyter.rewriting.providers.provider import Completion
from lester_jupyter.rewriting.types import Output

DATA = (Output("data"),)
LINES = 47


def read(text: str, *, finish_reason: str = "stop", outputs=DATA):
    return read_reply(Completion(text, finish_reason=finish_reason), outputs, LINES)


def read_recorded(name: str, **options):
    return read(recorded(name), **options)


def test_a_good_reply_becomes_a_candidate():
    reply = read_recorded("good")
    candidate = reply.candidate
    assert reply.problem == ""
    assert candidate.outputs == DATA
    assert candidate.frames == {"data": "complaints"}
    assert candidate.findings == ()
    assert "# lines" not in candidate.code
    assert candidate.code.startswith("from datetime import datetime\n")
    lines = candidate.code.split("\n")
    by_text = {lines[number - 1]: original for number, original in candidate.line_map.items()}
    assert by_text['target_countries = ["UK", "DE", "FR"]'] == (5,)
    assert by_text['    "customers.csv",'] == (7, 8, 9, 10, 11)
    assert by_text["    score = 0"] == tuple(range(20, 28))
    assert by_text['data = complaints.to_tuples(["title", "text", "sentiment", "bank", "country", "is_premium"])'] == (
        30,
        46,
    )


@pytest.mark.parametrize("name", ["prose_wrapped", "thinking"])
def test_text_around_the_code_does_not_matter(name):
    assert read_recorded(name).candidate == read_recorded("good").candidate


def test_of_two_blocks_the_one_that_defines_the_outputs_is_taken_and_said_so():
    candidate = read_recorded("two_block").candidate
    assert candidate.code == read_recorded("good").candidate.code
    assert [f.message for f in candidate.findings] == ["The reply has 2 blocks of code; block 2 was taken."]


def test_blocks_that_only_define_the_outputs_together_are_put_together():
    reply = read("```python\nimport lester_jupyter as ld\n```\nand\n```python\nrows = 1\n```\n```\ndata = rows\n```")
    assert "data = rows" in reply.candidate.code
    assert "import lester_jupyter" in reply.candidate.code
    assert [f.message for f in reply.candidate.findings] == ["The reply has 3 blocks of code; they were put together."]


def test_a_reply_without_a_fence_is_code_if_it_is_python():
    assert read("# lines 2\ndata = [1]\n").candidate.line_map == {1: (2,)}


def test_a_fence_that_is_never_closed_is_closed_by_the_end():
    assert read("```python\ndata = [1]\n").candidate.code == "data = [1]\n"


@pytest.mark.parametrize(
    ("text", "finish_reason", "problem", "refused"),
    [
        (recorded("empty"), "stop", "The model's reply is empty.", False),
        ("  \n", "stop", "The model's reply is empty.", False),
        ("<think>hm, hm", "length", "The model's reply is empty, since it used up its tokens before.", False),
        (
            recorded("truncated"),
            "length",
            "The model's reply was cut off at its limit of tokens before the code was complete.",
            False,
        ),
        (
            "```python\nx = 1\n",
            "length",
            "The model's reply was cut off at its limit of tokens before the code was complete.",
            False,
        ),
        (
            recorded("refusing"),
            "stop",
            "The model refused: I'm sorry, but I can't help with rewriting code that processes customer data.",
            True,
        ),
        ("I will not do that.", "refusal", "The model refused: I will not do that.", True),
        ("CANNOT: it calls a service.", "stop", "The model says that it cannot be done: it calls a service.", True),
        (
            recorded("unparsable"),
            "stop",
            "The model's reply is not valid Python: '(' was never closed in line 3.",
            False,
        ),
        (
            "Use pandas instead. It is good.",
            "stop",
            "The model's reply has no code in it, it begins: Use pandas instead.",
            False,
        ),
        ("Sorry", "stop", "The model refused: Sorry", True),
        ("ok", "stop", "The model's reply has no code in it, it begins: ok", False),
    ],
)
def test_a_reply_without_usable_code_says_why(text, finish_reason, problem, refused):
    reply = read(text, finish_reason=finish_reason)
    assert (reply.candidate, reply.problem, reply.refused) == (None, problem, refused)


def test_a_truncated_reply_whose_code_is_complete_is_taken():
    assert read("```python\ndata = 1\n```\nIn this code we", finish_reason="length").candidate.code == "data = 1\n"


@pytest.mark.parametrize(
    ("comment", "lines"),
    [
        ("# lines 3-5", (3, 4, 5)),
        ("# line 3", (3,)),
        ("#lines 3–4, 7", (3, 4, 7)),
        ("# Lines: L3 to L4 and 9", (3, 4, 9)),
        ("# lines 46-99999999", (46, 47)),
        ("# lines 0", ()),
    ],
)
def test_line_comments_come_in_several_spellings(comment, lines):
    code, line_map = strip_markers(f"{comment}\ndata = 1\n", LINES)
    assert code == "data = 1\n"
    assert line_map == ({1: lines} if lines else {})


def test_other_comments_and_texts_that_look_like_line_comments_stay():
    marked = 'text = """\n# lines 3-4\n"""\n# lines of the file\nx = 1  # lines 2\ny = "# lines 9"\n'
    code, line_map = strip_markers(marked, LINES)
    assert code == 'text = """\n# lines 3-4\n"""\n# lines of the file\nx = 1\ny = "# lines 9"\n'
    assert line_map == {5: (2,)}


def test_a_line_comment_holds_for_its_paragraph():
    marked = "# lines 1-2\n@cache\ndef f(a):\n    b = a\n\n    return b\nx = f(1)\n\ny = 2\n"
    code, line_map = strip_markers(marked, LINES)
    assert code == marked.removeprefix("# lines 1-2\n")
    assert line_map == dict.fromkeys((1, 2, 3, 5, 6), (1, 2))


def test_line_comments_inside_a_function_divide_it():
    _, line_map = strip_markers("# lines 1\ndef f(a):\n    # lines 2\n    return a\n", LINES)
    assert line_map == {1: (1,), 2: (2,)}


def test_a_long_number_is_read_in_linear_time():
    code = f"# lines {'1' * 50_000}x\ndata = 1\n"
    assert strip_markers(code, LINES) == (code, {})


def test_stripped_code_is_the_same_program():
    marked = recorded("good").split("```python\n")[1].split("```")[0]
    code, _ = strip_markers(marked, LINES)
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(marked))


def test_frames_behind_outputs_are_recognised():
    code = "a = f.to_values('x')\nb = g.df\nh.write_csv('out.csv')\nc = len(f)\nd = k.to_pandas()\nk.write_text(name)\n"
    outputs = (Output("a"), Output("b"), Output("c"), Output("d"), Output("out.csv", "file"))
    assert frames_behind(code, outputs) == {"a": "f", "b": "g", "d": "k", "out.csv": "h"}


def test_a_file_output_needs_a_write():
    out = (Output("out.csv", "file"),)
    assert read("```python\nframe.write_csv('out.csv')\n```", outputs=out).candidate.frames == {"out.csv": "frame"}
    assert read("frame.write_csv('out.csv')", outputs=out).candidate is not None
    assert read("frame.head()", outputs=out).candidate is None


def test_line_ends_of_windows_do_not_matter():
    assert read(recorded("prose_wrapped").replace("\n", "\r\n")).candidate == read_recorded("good").candidate


_PIECES = [
    "```",
    "```python\n",
    "\n",
    "# lines 1-2",
    "data = 1",
    "data",
    " = (",
    "'''",
    "\\",
    "\x0c",
    "\t",
    "def f():",
    "é",
    "~~~",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join), st.sampled_from(["stop", "length", "refusal"]))
def test_whatever_comes_back_is_a_candidate_or_a_reason(text, finish_reason):
    reply = read(text, finish_reason=finish_reason)
    assert (reply.candidate is None) == bool(reply.problem)
    if reply.candidate is not None:
        ast.parse(reply.candidate.code)
        assert all(0 < number <= reply.candidate.code.count("\n") for number in reply.candidate.line_map)
