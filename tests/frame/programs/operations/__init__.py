"""The operations of random programs, one class each; a new one is added to the tuple in `catalog`."""
