"""The part of a frame that runs code nobody looks into."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas.opaque import call_opaque, opaque_result
from lester_jupyter.frame.callers import code_reference
from lester_jupyter.frame.functions import function_of
from lester_jupyter.lineage import Step
from lester_jupyter.plan import Opaque

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame


class OpaqueMethods:
    """The part of a frame that runs code nobody looks into."""

    def opaque(self, func: Callable[..., Any], *others: Frame, reason: str = "a function of whole tables") -> Frame:
        """Runs any pandas code on the whole table, for what no operation of a frame can do.

        The result stays part of the plan and runs again with it; but since nobody looks into the code, each of its
        rows and columns counts as made from all rows and columns of its inputs (over-approximate).

        Args:
            func: gets this frame's table, and those of the others, as DataFrames, and gives a DataFrame.
            *others: further frames.
            reason: what the plan says about it.

        Example:
            `frame.opaque(lambda df: df.pivot_table(index="city", values="price").reset_index())`

        Raises:
            PlanError: a function that gives no DataFrame.
        """
        from lester_jupyter.frame.frame import Frame, require_frames

        require_frames(*others)
        inputs = [f._relation for f in (cast("Frame", self), *others)]
        function = function_of(func, vectorized=True)
        table = call_opaque(function, [i.table for i in inputs])
        operator = Opaque(
            inputs=tuple(i.step.operator for i in inputs),
            code=code_reference(),
            names=tuple(table.columns),
            source=function.source or function.name,
            reason=reason,
            function=function,
        )
        made = opaque_result(table, [i.table for i in inputs])
        parents = tuple(i.step for i in inputs)
        return Frame(Relation(table, Step(operator, len(table), parents, made.edges, own_identity=made.own_identity)))
