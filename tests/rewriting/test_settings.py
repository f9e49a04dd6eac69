from __future__ import annotations

import pytest

from lester_jupyter.errors import UsageError
from lester_jupyter.rewriting.settings import Settings


@pytest.fixture
def project(tmp_path):
    def write(text: str):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        return tmp_path / "notebooks"

    return write


def test_defaults(project):
    assert Settings.load(project(""), {}) == Settings()


def test_explicit_arguments_win_over_the_environment_over_the_project(project):
    folder = project('[tool.lester]\nrounds = 5\nmodel = "project"\nrewriter = "rules"\nstore = "kept"\n')
    environment = {"LESTER_MODEL": "environment", "LESTER_REWRITER": "llm", "LESTER_ROUNDS": ""}
    loaded = Settings.load(folder, environment, rewriter="auto", model=None)
    assert loaded == Settings(rounds=5, model="environment", rewriter="auto", store="kept")


def test_every_setting_can_come_from_the_environment(project):
    environment = {
        "LESTER_VERIFY_SECONDS": "2.5",
        "LESTER_MINIMUM_INPUTS": "7",
        "LESTER_SHARE_SAMPLES": "yes",
        "OPENAI_BASE_URL": "http://gpu.example/v1",
        "LESTER_TIMEOUT_SECONDS": "9",
    }
    loaded = Settings.load(project(""), environment)
    expected = Settings(
        verify_seconds=2.5,
        minimum_inputs=7,
        share_samples=True,
        base_url="http://gpu.example/v1",
        timeout_seconds=9.0,
    )
    assert loaded == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[tool.lester]\nroundz = 1\n",
            r"names the setting 'roundz', which does not exist\. Available: rewriter, model",
        ),
        ('[tool.lester]\nrounds = "three"\n', r"gives 'three' for rounds\. Hint: rounds is a whole number"),
        ("[tool.lester]\nrounds = true\n", "rounds is a whole number"),
        ("[tool.lester]\nshare_samples = 2\n", "share_samples is true or false"),
        ("[tool.lester]\nrounds = 0\n", "at least one reply"),
        ("[tool.lester]\nverify_seconds = -1\n", "must be a positive number"),
        ("[tool.lester]\nverify_seconds = nan\n", "must be a positive number"),
        ("[tool.lester]\nmodel = 3\n", "model is a text"),
        ('[tool.lester]\nrewriter = "magic"\n', r"no rewriter 'magic'\. Available: auto, rules, llm"),
        ("[tool.lester\n", "cannot be read as TOML"),
    ],
)
def test_a_wrong_project_file_is_one_clear_error(project, text, message):
    with pytest.raises(UsageError, match=message):
        Settings.load(project(text), {})


def test_a_project_file_cannot_decide_where_the_key_is_sent(project):
    folder = project('[tool.lester]\nbase_url = "https://evil.example/v1"\n')
    with pytest.raises(UsageError, match=r"evil\.example, but a project file may only name one on this machine"):
        Settings.load(folder, {})
    local = project('[tool.lester]\nbase_url = "http://localhost:11434/v1"\n')
    assert Settings.load(local, {}).base_url == "http://localhost:11434/v1"


def test_a_wrong_environment_variable_is_named(project):
    with pytest.raises(UsageError, match="the environment variable LESTER_ROUNDS gives 'many' for rounds"):
        Settings.load(project(""), {"LESTER_ROUNDS": "many"})
