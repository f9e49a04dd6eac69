"""Abstract interpretation: the cell's syntax tree, run over symbolic values."""
