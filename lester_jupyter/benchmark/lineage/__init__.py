"""What lineage costs: `lester-jupyter bench lineage` measures operators and whole pipelines against plain pandas."""

from lester_jupyter.benchmark.lineage.run import bench

__all__ = ["bench"]
