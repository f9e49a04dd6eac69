"""Code generation: from the lifter's plan to what a good engineer would have written."""
