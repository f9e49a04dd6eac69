"""The reference engine: every operator on pandas, with its row edges. Its results define what an operator means."""

from lester_jupyter.engines.pandas.engine import PandasEngine

__all__ = ["PandasEngine"]
