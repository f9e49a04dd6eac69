"""Plain functions as transformers."""

from __future__ import annotations

from sklearn.preprocessing import FunctionTransformer

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(FunctionTransformer, precision="mixed")
def _function(fitted: FunctionTransformer, inputs: Inputs) -> Origins:
    """Each output from all columns, exact if there is one; without a function each from its own; nothing is learned."""
    if fitted.func is None:
        return Origins.of(Connections.identity(inputs.n))
    return Origins.of(Connections.all_to_all(inputs.width_of(fitted), inputs.n), exact=inputs.n == 1)
