"""Stand-ins for the parts around the conversation: a task, and a judge that knows the right answer by heart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lester_jupyter.rewriting.judging import Verdict, verdict_of
from lester_jupyter.rewriting.schemas import Column, FileSchema
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Candidate, CheckedInput, Finding, Observation, Output, Verification

CODE = """\
data = []
for line in open("people.csv"):
    name, age = line.strip().split(",")
    if int(age) >= 18:
        data.append((name, int(age)))
"""

SCHEMA = FileSchema(
    "people.csv", "delimited", ",", (2,), False, (Column(None, "text", False), Column(None, "integer", True))
)

RIGHT = "# lines 1-5\nframe = right()\ndata = frame.to_tuples()\n"
WRONG = "# lines 1-5\nframe = wrong()\ndata = frame.to_tuples()\n"
RAISING = "# lines 1-5\nframe = raising()\ndata = frame.to_tuples()\n"
WEAK = "# lines 1-5\nframe = weak()\ndata = frame.to_tuples()\n"
FORBIDDEN = "import os\ndata = forbidden()\n"


def fenced(code: str) -> str:
    return f"```python\n{code}```\n"


def task(**changes) -> Task:
    values = {
        "code": CODE,
        "directory": Path("somewhere"),
        "observation": Observation(
            reads=("people.csv",), variables={"data": "list"}, values={"data": [("Zoraya", 44), ("Quentin", 51)]}
        ),
        "outputs": (Output("data"),),
        "schemas": (SCHEMA,),
        **changes,
    }
    return Task(**values)


EQUAL = CheckedInput("the real inputs", "equal")
DIFFERENT = CheckedInput(
    "people.csv: row 7919 duplicated",
    "different",
    "Row 3: ('Zoraya', 44) in the original, ('zoraya', 44) in the rewrite.",
    3,
    "('Zoraya', 44)",
    "('zoraya', 44)",
)
RAISED = CheckedInput("the real inputs", "rewrite-raised", "KeyError: 'Zoraya' in line 2")

VERIFICATIONS = {
    "right()": Verification(verified=True, checked=(EQUAL, EQUAL)),
    "wrong()": Verification(verified=False, checked=(EQUAL, DIFFERENT)),
    "raising()": Verification(verified=False, checked=(RAISED,)),
    "weak()": Verification(
        verified=False, checked=(EQUAL,), findings=(Finding("weak-evidence", "error", "Too few inputs."),)
    ),
    "forbidden()": Verification(verified=False, findings=(Finding("policy", "error", "The code may not import os."),)),
}


class FakeJudge:
    """Judges by the function the code calls; notes what it was given."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.judged: list[str] = []
        self._before = before

    def __call__(self, _task: Task, candidate: Candidate) -> Verdict:
        self._before()
        self.judged.append(candidate.code)
        verification = next(v for call, v in VERIFICATIONS.items() if call in candidate.code)
        return verdict_of(candidate, verification)
