"""Every transformer of scikit-learn against the shuffle oracle, and the table that tells of them."""

from __future__ import annotations

from collections import defaultdict

import pytest
from shuffling import check_fits, check_values, fit, width
from sklearn.manifold import TSNE
from sklearn.utils import all_estimators
from transformer_cases import CASES, NUMBERS, Case

from lester_jupyter.encoding import FeatureBlock, catalog, feature_blocks
from lester_jupyter.encoding.rules import RULES
from lester_jupyter.errors import LineageError

ALL = [kind for _, kind in all_estimators(type_filter="transformer")]


def lineage(case: Case) -> tuple[object, tuple[FeatureBlock, ...]]:
    """The fitted transformer of a case, and its lineage."""
    fitted = fit(case.make(), case.table, case.y)
    columns = list(getattr(case.table, "columns", range(width(case.table))))
    sample = case.table.head(3) if hasattr(case.table, "head") else None
    return fitted, feature_blocks(fitted, columns, sample)


@pytest.mark.parametrize("name", CASES)
def test_lineage_is_what_the_shuffle_oracle_sees(name: str) -> None:
    case = CASES[name]
    fitted, blocks = lineage(case)
    check_values(fitted, case.table if case.later is None else case.later, blocks)
    check_fits(case.make(), case.table, case.y, fitted, blocks)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_transformer_has_a_rule_and_is_tested(kind: type) -> None:
    assert kind in RULES
    if RULES[kind].precision == "no features":
        with pytest.raises(LineageError, match=kind.__name__):
            feature_blocks(kind(), ["a"])
    elif kind is not TSNE:  # it has no transform to freeze
        assert any(type(case.make()) is kind for case in CASES.values())


def test_the_table_tells_what_the_rules_give() -> None:
    found = defaultdict(set)
    for name, case in CASES.items():
        if not name.endswith(("-own", "-tree")):  # the exceptions that the words name
            fitted, blocks = lineage(case)
            found[RULES[type(fitted)].precision] |= {(type(fitted).__name__, block.exact) for block in blocks}
    assert {exact for _, exact in found["exact"]} == {True}
    assert {exact for _, exact in found["over-approximate"]} == {False}
    mixed = {name for name, _ in found["mixed"]}
    assert {name for name in mixed if {(name, True), (name, False)} <= found["mixed"]} >= {
        "FunctionTransformer",
        "StackingClassifier",
    }


def test_metrics_and_models_of_ones_own_are_over_approximate() -> None:
    for name in ("FeatureAgglomeration-own", "RadiusNeighborsTransformer-own", "IterativeImputer-tree"):
        _, blocks = lineage(CASES[name])
        assert not any(block.exact for block in blocks)


def test_models_of_an_imputer_are_shaped_by_all_columns_others_by_their_own() -> None:
    _, nearest = lineage(CASES["IterativeImputer-nearest"])
    assert {block.fits for block in nearest} == {(0, 1, 2, 3)}
    _, complete = lineage(CASES["IterativeImputer-complete"])
    assert [(b.values, b.fits) for b in complete] == [
        ((0, 1, 2, 3), (0, 1, 2, 3)),
        ((1,), (1,)),
        ((0, 1, 2, 3), (0, 1, 2, 3)),
        ((3,), (3,)),
    ]


def test_an_embedding_without_transform_is_over_approximate() -> None:
    fitted = TSNE(perplexity=5, max_iter=250, init="random").fit(NUMBERS)
    assert feature_blocks(fitted, list(NUMBERS)) == (FeatureBlock(0, 2, (0, 1, 2, 3), (0, 1, 2, 3), exact=False),)


def test_the_table_in_the_readme_is_up_to_date() -> None:
    text = catalog.README.read_text(encoding="utf-8")
    assert text == catalog.readme(text), "run python -m lester_jupyter.encoding.catalog"
    assert all(f"`{kind.__name__}`" in catalog.table() for kind in ALL)


def test_writing_the_readme_changes_nothing_but_the_table(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "README.md"
    text = catalog.README.read_text(encoding="utf-8")
    path.write_text(text.replace("`StandardScaler`", "`Outdated`"), encoding="utf-8")
    monkeypatch.setattr(catalog, "README", path)
    catalog.main()
    assert path.read_text(encoding="utf-8") == text


def test_the_example_in_the_readme_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    code = catalog.README.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    exec(code, {})
    assert capsys.readouterr().out.splitlines() == [line[2:] for line in code.splitlines() if line.startswith("# ")]
