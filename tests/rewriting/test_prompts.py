from __future__ import annotations

import inspect

import pandas as pd
import pytest
from rewriting_fakes import CODE, SCHEMA, task

from lester_jupyter import frame
from lester_jupyter.errors import RewriteError
from lester_jupyter.rewriting.llm import prompts
from lester_jupyter.rewriting.llm.reference import (
    MODULE_FUNCTIONS,
    MissingDocstringError,
    document,
    public_members,
    reference,
)
from lester_jupyter.rewriting.schemas import FileSchema
from lester_jupyter.rewriting.stages import STAGES
from lester_jupyter.rewriting.types import CheckedInput, Observation, Output


def request(**changes) -> str:
    return prompts.first_messages(task(**changes))[1]["content"]


@pytest.mark.parametrize("name", MODULE_FUNCTIONS)
def test_every_function_of_the_api_is_explained(name):
    entry = document(f"ld.{name}", getattr(frame, name))
    assert entry in reference()
    assert entry.startswith(f"ld.{name}(")


@pytest.mark.parametrize(("name", "member"), list(public_members(frame.Frame)), ids=lambda value: str(value)[:20])
def test_every_method_of_a_frame_is_explained(name, member):
    assert document(f"frame.{name}", member) in reference()


def test_every_public_function_of_the_frame_is_in_the_prompt():
    functions = {name for name in frame.__all__ if inspect.isfunction(getattr(frame, name))}
    # `record` is for the one who runs a rewrite, not for the rewrite.
    assert functions - {"record"} == set(MODULE_FUNCTIONS)


def test_a_function_without_docstring_is_an_error():
    def lazy(frame, columns): ...

    with pytest.raises(MissingDocstringError, match=r"frame\.lazy has no docstring"):
        document("frame.lazy", lazy)


def test_the_first_message_holds_the_api_and_the_rules():
    system = prompts.first_messages(task())[0]
    assert system["role"] == "system"
    for part in (reference(), "# lines a-b", prompts.EXAMPLE_REWRITE.rstrip(), prompts.numbered(prompts.EXAMPLE)):
        assert part in system["content"]


def test_the_request_as_a_whole():
    observation = Observation(
        variables={"data": "list", "log": "Logger"}, values={"data": [("Zoraya", 44)] * 2}, writes=("out.csv",)
    )
    people = pd.DataFrame({"name": ["Zoraya"], "secret": ["x"]})
    text = request(
        code="frame['name']\n" + CODE,
        observation=observation,
        outputs=(Output("data"), Output("log"), Output("out.csv", "file")),
        namespace={"frame": people, "unused": 1, "open": open},
        hint="adults only",
    )
    assert text == (
        "# Input files\n"
        "- people.csv: text separated by ',', 2 fields in every line, no header\n"
        "    0: text\n"
        "    1: integer, sometimes blank\n"
        "\n"
        "# Variables the cell finds\n"
        "- frame: pandas DataFrame of 1 rows with columns name (str), column 1 (str)\n"
        "- open: builtin_function_or_method\n"
        "\n"
        "# Outputs to re-create\n"
        "- data: list of 2 tuple[str, int]\n"
        "- log: Logger\n"
        "- the file out.csv\n"
        "\n"
        "# The cell\n"
        "1 | frame['name']\n"
        "2 | data = []\n"
        '3 | for line in open("people.csv"):\n'
        '4 |     name, age = line.strip().split(",")\n'
        "5 |     if int(age) >= 18:\n"
        "6 |         data.append((name, int(age)))\n"
        "\n"
        "# The user says\n"
        "adults only"
    )


def test_outputs_are_described_by_their_shape_only():
    values = {
        "a": {"Zoraya": 1.5, "Quentin": None},
        "b": [{"name": "Zoraya", "Quentin": 1}],
        "c": [],
        "d": [["x", 1], ["y", 2]],
        "e": {("Zoraya", 1): [1, 2]},
    }
    observation = Observation(variables=dict.fromkeys(values, ""), values=values)
    text = request(observation=observation, outputs=tuple(Output(name) for name in values))
    described = text.split("# Outputs to re-create\n")[1].split("\n\n")[0]
    assert described == (
        "- a: dict of 2 entries: str -> float | NoneType\n"
        "- b: list of 1 dict{'name': str, …}\n"
        "- c: list of 0 nothing\n"
        "- d: list of 2 list[str | int]\n"
        "- e: dict of 1 entries: tuple[str, int] -> list[int]"
    )


def test_samples_are_sent_only_as_part_of_the_schema():
    schema = FileSchema("people.csv", "lines", samples=("Zoraya,44",))
    assert "Zoraya" not in request(schemas=(SCHEMA,))
    assert "    sample: Zoraya,44" in request(schemas=(schema,))


def test_render_shows_exactly_what_is_sent():
    messages = prompts.first_messages(task())
    text = prompts.render(messages)
    assert text == f"──── system ────\n{messages[0]['content'].rstrip()}\n\n──── user ────\n{messages[1]['content']}\n"


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "dataprep"])
def test_stages_to_come_say_so(stage):
    with pytest.raises(RewriteError, match=rf"no prompt for the stage '{stage}' yet\. Available: dataprep\. Hint: "):
        prompts.system_prompt(stage)


def test_a_difference_without_rows_says_how_the_outputs_differ():
    found = CheckedInput("the real inputs", "different", "The original is a list of 57 items for Zoraya.")
    text = prompts.difference_message(task(), "data = 1", found, share_samples=False)
    assert "The outputs differ as a whole" in text
    assert "The original is a list of … items for …." in text


def test_numbered_aligns_and_keeps_blank_lines():
    assert prompts.numbered("a\n\n" + "b\n" * 8) == (" 1 | a\n 2 |\n" + "\n".join(f"{n:>2} | b" for n in range(3, 11)))
