from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_source import big, complaints, protocol, tiny

from lester_jupyter.errors import LineageError
from lester_jupyter.widgets.messages import PageRequest, TraceRequest, parse_request
from lester_jupyter.widgets.queries import Queries, encode_rows


def fields(name):
    """The fields of an example answer, without its envelope."""
    return {k: v for k, v in protocol(name).items() if k not in {"kind", "id", "view"}}


def decode(encoding, buffer):
    if encoding == "int32":
        return np.frombuffer(buffer, dtype="<i4").tolist()
    return np.flatnonzero(np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")).tolist()


def test_answers_are_the_examples():
    queries = Queries(tiny())
    answer, buffers = queries.trace(parse_request(protocol("trace_request")))
    assert answer == fields("trace_answer")
    assert buffers == [base64.b64decode(b) for b in protocol("trace_buffers")]
    assert queries.page(parse_request(protocol("page_request"))) == fields("page_answer")
    assert queries.page(parse_request(protocol("page_within_request"))) == fields("page_within_answer")


def test_page_beyond_the_end_is_shorter():
    queries = Queries(complaints())
    assert queries.page(PageRequest("o4", 20, 200))["rows"] == [20, 21, 22, 23]
    assert queries.page(PageRequest("o4", 900, 200))["rows"] == []


def test_pages_of_very_wide_tables_hold_the_first_columns():
    source = tiny()
    source.tables["o1"] = pd.DataFrame(np.zeros((3, 1000)))
    page = Queries(source).page(PageRequest("o1", 0, 10))
    assert (len(page["columns"]), len(page["names"]), len(page["numeric"])) == (200, 200, 200)
    traced, _ = Queries(source).trace(TraceRequest("o1", (0,)))
    assert len(traced["tables"][0]["sample"][0]) == len(traced["tables"][0]["names"]) == 40


def test_trace_encodes_few_rows_of_many_as_int32():
    queries = Queries(big(10_000))
    answer, buffers = queries.trace(TraceRequest("o2", (5,)))
    assert [(t["table"], t["role"], t["encoding"]) for t in answer["tables"]] == [
        ("o1", "back", "int32"),
        ("o2", "self", "int32"),
    ]
    assert [decode("int32", b) for b in buffers] == [[15], [5]]


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1))))
def test_encode_rows_keeps_the_rows_and_is_small(case):
    total, rows = case
    encoding, buffer = encode_rows(np.array(sorted(rows), dtype=np.int32), total)
    assert decode(encoding, buffer) == sorted(rows)
    assert len(buffer) <= min(4 * len(rows), (total + 7) // 8)


def test_the_last_eight_traces_can_be_paged():
    queries = Queries(complaints())
    numbers = [queries.trace(TraceRequest("o4", (i,)))[0]["trace"] for i in range(9)]
    assert queries.page(PageRequest("o4", 0, 200, numbers[1]))["rows"] == [1]
    with pytest.raises(LineageError, match=r"no longer kept.*click the record again"):
        queries.page(PageRequest("o4", 0, 200, numbers[0]))


def test_unknown_tables_and_rows_are_named():
    queries = Queries(complaints())
    with pytest.raises(LineageError, match=r"no operator 'o99'.*Available: o1, o2"):
        queries.page(PageRequest("o99", 0, 10))
    for row in (-1, 24):
        with pytest.raises(LineageError, match=f"no row {row} in 'o4'.*24 rows"):
            queries.trace(TraceRequest("o4", (row,)))


def test_queries_from_many_threads_get_their_own_answers():
    queries = Queries(complaints(200))

    def ask(row):
        answer, buffers = queries.trace(TraceRequest("o4", (row,)))
        mine = next(i for i, t in enumerate(answer["tables"]) if t["role"] == "self")
        return answer["trace"], decode(answer["tables"][mine]["encoding"], buffers[mine])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(100)))
    assert [rows for _, rows in found] == [[i] for i in range(100)]
    assert len({number for number, _ in found}) == 100


def test_queries_leave_the_source_as_it_is():
    source = complaints()
    before = {name: table.copy() for name, table in source.tables.items()}
    queries = Queries(source)
    for operator in source.plan.operators:
        queries.page(PageRequest(operator.id, 0, 200))
        queries.trace(TraceRequest(operator.id, (0,)))
    for name, table in before.items():
        assert table.equals(source.tables[name])
