"""Column specifications that cannot be read; how those that can are read is compared with scikit-learn elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from lester_jupyter.encoding.columns import is_single, positions
from lester_jupyter.errors import LineageError, UnknownColumnError

NAMES = ["a", "b", "c", "b"]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("A", "There is no column 'A'. Available: a, b, c, b. Hint: did you mean 'a'?"),
        (["a", "d"], "There is no column 'd'"),
        (4, "There is no column 4. Available: 0, 1, 2, 3."),
        ([-5], "There is no column -5"),
        (slice("a", "d"), "There is no column 'd'"),
    ],
)
def test_unknown_columns_are_named_with_those_that_exist(spec: Any, message: str) -> None:
    with pytest.raises(UnknownColumnError) as error:
        positions(spec, NAMES, 4)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("b", "There are several columns 'b'. Hint: rename them, so that one can be meant."),
        (
            lambda table: "a",
            "A callable column specification was not called yet. Hint: fit the ColumnTransformer first.",
        ),
        ([True, False], "A mask of 2 columns does not fit a table of 4."),
    ],
)
def test_specifications_that_cannot_be_read_are_refused(spec: Any, message: str) -> None:
    with pytest.raises(LineageError) as error:
        positions(spec, NAMES, 4)
    assert str(error.value) == message


def test_only_a_name_or_position_alone_is_a_single_column() -> None:
    assert is_single("a")
    assert is_single(0)
    assert not is_single(["a"])
    assert not is_single(True)
    assert not is_single(slice(0, 1))


def test_columns_of_a_table_without_names_go_by_position() -> None:
    assert positions([2, -1], None, 4) == (2, 3)
    assert positions(slice(None, None, 2), None, 4) == (0, 2)
    assert positions([], NAMES, 4) == ()
    with pytest.raises(UnknownColumnError):
        positions("a", None, 4)
