"""Column lineage through fitted scikit-learn transformers, and expensive transformers that see each value once."""

from lester_jupyter.encoding.blocks import NamedBlock
from lester_jupyter.encoding.distinct import PerDistinctValue, forget_made_rows
from lester_jupyter.encoding.features import feature_blocks, named_blocks
from lester_jupyter.plan import FeatureBlock

__all__ = ["FeatureBlock", "NamedBlock", "PerDistinctValue", "feature_blocks", "forget_made_rows", "named_blocks"]
