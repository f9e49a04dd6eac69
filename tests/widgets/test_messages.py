from __future__ import annotations

import pytest
from view_source import protocol

from lester_jupyter.errors import UsageError
from lester_jupyter.widgets.messages import (
    AcceptRequest,
    AssetRequest,
    LayoutRequest,
    PageRequest,
    RejectRequest,
    RetryRequest,
    TraceRequest,
    parse_request,
)


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("page_request", PageRequest("o1", 0, 200)),
        ("page_within_request", PageRequest("o1", 0, 200, 1)),
        ("trace_request", TraceRequest("o3", (1,))),
        ("asset_request", AssetRequest("viz.js")),
        ("accept_request", AcceptRequest("A\n")),
        ("reject_request", RejectRequest()),
        ("retry_request", RetryRequest("keep the last", "A\n")),
    ],
)
def test_parse_request_reads_the_example(name, request_):
    assert parse_request(protocol(name)) == request_


def test_parse_request_reads_a_layout():
    message = protocol("layout_request")
    assert parse_request(message) == LayoutRequest("p1", message["layout"])


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "shutdown"},
        {"type": "page", "table": "o1", "offset": 0, "limit": 201},
        {"type": "page", "table": "o1", "offset": 0, "limit": 0},
        {"type": "page", "table": "o1", "offset": -1, "limit": 5},
        {"type": "page", "table": "o1", "offset": "x", "limit": 5},
        {"type": "page", "offset": 0, "limit": 5},
        {"type": "trace", "table": "o1", "rows": []},
        {"type": "trace", "table": "o1", "rows": ["a"]},
        {"type": "trace", "table": "o1", "rows": 3},
    ],
)
def test_parse_request_refuses_what_is_malformed(message):
    with pytest.raises(UsageError, match="view sent a"):
        parse_request(message)
