"""Where the user's actions run: accepting and retrying execute code, which belongs on the kernel's main thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def on_main(action: Callable[[], None]) -> None:
    """Runs an action on the kernel's main thread, now or as soon as the running cell has ended.

    JupyterLab 4.4 with ipykernel 7 delivers widget messages on a subshell's thread, where running a user's cell
    would race with the notebook. Outside a kernel (a terminal, a test) the action runs at once.
    """
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        action()
        return
    kernel.io_loop.add_callback(action)
