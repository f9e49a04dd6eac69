"""The messy cell of these tests."""

import pytest

CELL = """\
kept = []
for line in open('customers.csv'):
    customer_id, email, bank, country = line.strip().split(',')
    if country == 'US':
        continue
    kept.append((email, bank.upper()))
"""
QUICK = "%%lester --rewriter rules --verify-seconds 8\n"

LEAVES_FILES_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Messy cells never close their files; that is theirs, not ours."""
