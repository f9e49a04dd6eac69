"""Leaves of trees as features."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import RandomTreesEmbedding

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Flags, Origins
from lester_jupyter.encoding.rules import rule


@rule(RandomTreesEmbedding)
def _leaves(fitted: RandomTreesEmbedding, _inputs: Inputs) -> Origins:
    """Each leaf from the columns asked on the way to it; all columns shaped the trees."""
    n = fitted.n_features_in_
    asked = [
        _asked_before(tree.tree_, n)[leaves]
        for tree, leaves in zip(fitted.estimators_, fitted.one_hot_encoder_.categories_, strict=True)
    ]
    values = Connections.of_weights(np.concatenate(asked))
    return Origins.of(values, Connections.all_to_all(values.n_outputs, n))


def _asked_before(tree: Any, n_inputs: int) -> Flags:
    """For each node of a tree, the columns that its ancestors ask: shape (n_nodes, n_inputs)."""
    asked = np.zeros((tree.node_count, n_inputs), bool)
    for node in np.flatnonzero(tree.children_left != -1):  # a parent is numbered before its children
        for child in (tree.children_left[node], tree.children_right[node]):
            asked[child] = asked[node]
            asked[child, tree.feature[node]] = True
    return asked
