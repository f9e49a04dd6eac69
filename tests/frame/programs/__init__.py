"""Random small programs over frames, and three ways to run them: ours, plain pandas, and plain Python with tokens.

The plain Python run is the oracle for row lineage: every source row is a token, every row carries the set of tokens it
is made of, and joins, groups, windows and duplicates are written out as loops. It uses neither pandas nor the product.
To add an operation, write its class beside those in `operations` and list it in `operations.catalog`.
"""
