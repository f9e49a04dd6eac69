"""One running sandbox for a whole test session: starting one takes a second."""

from __future__ import annotations

import atexit
from functools import cache

from lester_jupyter.rewriting.sandbox.sandbox import Sandbox


@cache
def shared_sandbox() -> Sandbox:
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox
