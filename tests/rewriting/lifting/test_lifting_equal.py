"""Every liftable script, executed before and after the rewrite, on its inputs and on changed ones."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifting_edits import WHATS, WORDS, Edit, edited
from lifting_execution import plain, run
from lifting_inputs import FILES, write_inputs

from lester_jupyter.rewriting.lifting import lift

# Scripts leave their files open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FIXTURES = Path(__file__).parent / "fixtures" / "lifted"
NAMES = sorted(p.stem for p in FIXTURES.glob("*.py"))
REAL_DATA = Path(__file__).parents[4] / "shared" / "data"

edits = st.lists(
    st.builds(
        Edit,
        st.sampled_from(WHATS),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 8),
        st.sampled_from(WORDS),
    ),
    max_size=4,
)


def read(name: str) -> str:
    return (FIXTURES / f"{name}.py").read_text(encoding="utf-8")


def used_files(code: str) -> dict[str, list[str]]:
    """The files that a script names, whole or by the start of their name."""
    return {n: lines for n, lines in FILES.items() if n in code or re.sub(r"\d.*", "", n) in code}


@pytest.mark.parametrize("name", NAMES)
def test_lifted_equals_the_original(name: str, tmp_path: Path) -> None:
    code = read(name)
    write_inputs(tmp_path)
    candidate = lift(code, directory=tmp_path)
    outputs = tuple(o.name for o in candidate.outputs)
    original = run(code, tmp_path, outputs)
    rewritten = run(candidate.code, tmp_path, outputs)
    assert {n: plain(v) for n, v in rewritten.items()} == {n: plain(v) for n, v in original.items()}
    assert all(len(v) for v in original.values()), "an empty output shows nothing"


@pytest.mark.parametrize("name", NAMES)
def test_lifted_equals_the_original_on_changed_inputs(name: str, tmp_path: Path) -> None:
    code = read(name)
    write_inputs(tmp_path)
    candidate = lift(code, directory=tmp_path)
    outputs = tuple(o.name for o in candidate.outputs)
    files = used_files(code)
    headed = {"people.csv", "amazon.txt", "orders.txt"} if "read_csv" in code or "DictReader" in code else set()

    @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(edits, st.sampled_from(["\n", ""]))
    def check(changes: list[Edit], end: str) -> None:
        version = edited(files, changes)
        for file in headed & set(version):
            # pandas asks for the columns by name, before there is a record that lacks them
            rows = [line for line in version[file] if line != files[file][0] and _fits(line, files[file][0])]
            version[file] = [files[file][0], *rows]
        write_inputs(tmp_path, version, end=end)
        try:
            original = run(code, tmp_path, outputs)
        except Exception:  # noqa: BLE001 - what the original does not accept shows nothing
            return
        rewritten = run(candidate.code, tmp_path, outputs)
        assert {n: plain(v) for n, v in rewritten.items()} == {n: plain(v) for n, v in original.items()}

    check()


def _fits(line: str, header: str) -> bool:
    """Whether a record of a table has as many fields as its header, and no quotes that pandas would refuse."""
    return line.count(",") == header.count(",") and '"' not in line


@pytest.mark.parametrize("name", NAMES)
def test_line_map_names_lines_of_the_original_for_every_step(name: str, tmp_path: Path) -> None:
    code = read(name)
    write_inputs(tmp_path)
    candidate = lift(code, directory=tmp_path)
    last = len(code.splitlines())
    for number, line in enumerate(candidate.code.splitlines(), 1):
        if line and line != "import lester_jupyter as ld":
            assert candidate.line_map[number], line
            assert all(1 <= n <= last for n in candidate.line_map[number])


@pytest.mark.parametrize("name", NAMES)
def test_lift_is_deterministic_and_leaves_nothing_over(name: str, tmp_path: Path) -> None:
    write_inputs(tmp_path)
    one, two = (lift(read(name), directory=tmp_path) for _ in range(2))
    assert one == two
    tree = ast.parse(one.code)
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    read_names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    assert all((a.asname or a.name) in read_names for n in imports for a in n.names)


@pytest.mark.real_data
@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real data is not there")
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("running_example", 80),
        ("partitions", 918),
        ("partition_local", 1000),
        ("header_tab", 241),
        ("many_to_many", 100),
    ],
)
def test_lifted_equals_the_original_on_real_data(name: str, rows: int, tmp_path: Path) -> None:
    code = read(name).replace("amazon.txt", "amazon_reviews_small.txt")
    for file in REAL_DATA.glob("*.*"):
        shutil.copy(file, tmp_path)
    candidate = lift(code, directory=tmp_path)
    outputs = tuple(o.name for o in candidate.outputs)
    original, rewritten = (run(c, tmp_path, outputs) for c in (code, candidate.code))
    assert {n: plain(v) for n, v in rewritten.items()} == {n: plain(v) for n, v in original.items()}
    assert [len(v) for v in original.values()] == [rows]
