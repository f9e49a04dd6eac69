"""Folds of a cross-fitting that are drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SeededFolds:
    """The folds that scikit-learn's `check_cv` makes of a number of folds, but shuffled by a seed.

    From scikit-learn 1.9 on, TargetEncoder takes its seed in no other way.

    Attributes:
        n_splits: how many folds.
        seed: of the shuffle.
        stratified: whether each class is dealt out evenly, where the targets are classes.
    """

    n_splits: int
    seed: int
    stratified: bool = True

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, Any]]:  # noqa: N803
        """Yields the rows to learn from and the rows to encode, fold by fold."""
        from sklearn.model_selection import KFold, StratifiedKFold
        from sklearn.utils.multiclass import type_of_target

        are_classes = self.stratified and type_of_target(y) in {"binary", "multiclass"}
        kind = StratifiedKFold if are_classes else KFold
        yield from kind(self.n_splits, shuffle=True, random_state=self.seed).split(X, y, groups)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """How many folds."""
        del X, y, groups
        return self.n_splits
