"""A shell with the magics loaded, in a directory of its own."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from IPython.core.interactiveshell import InteractiveShell
from magic_cells import CELL, QUICK

CUSTOMERS = "".join(f"{i},c{i}@mail,bank {i % 3},{c}\n" for i, c in enumerate(["UK", "DE", "US", "FR"] * 3))


@contextmanager
def loaded_shell(directory):
    (directory / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        patch.delenv("OPENAI_API_KEY", raising=False)
        patch.delenv("OPENAI_BASE_URL", raising=False)
        made = InteractiveShell.instance()
        made.run_line_magic("colors", "nocolor")
        made.run_line_magic("load_ext", "lester_jupyter")
        yield made
        made.run_line_magic("unload_ext", "lester_jupyter")
        InteractiveShell.clear_instance()


@pytest.fixture
def shell(tmp_path):
    with loaded_shell(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory):
    """A shell in which one cell has been rewritten and verified."""
    with loaded_shell(tmp_path_factory.mktemp("rewritten")) as made:
        made.user_ns["names_before"] = set(made.user_ns)
        made.run_cell(QUICK + CELL)
        yield made
