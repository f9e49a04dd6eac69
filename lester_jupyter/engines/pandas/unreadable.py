"""The errors of readers: whatever makes a file unreadable becomes one clear sentence."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa

from lester_jupyter.errors import SourceError


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Within it, whatever makes a file unreadable becomes a SourceError.

    Args:
        path: the file.
        what: what it is read as ("CSV").
    """
    try:
        yield
    except FileNotFoundError:
        raise missing_file(path) from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {str(error.strerror or error).rstrip('.')}.") from error
    except pd.errors.EmptyDataError:
        raise SourceError(f"{path} is empty: there is not even a header to read.") from None
    except (csv.Error, ValueError, LookupError, pa.ArrowException) as error:  # LookupError: there is no such encoding
        raise SourceError(f"{path} cannot be read as {what}: {str(error).strip().rstrip('.')}.") from error


def missing_file(path: Path) -> SourceError:
    """The error for a file that does not exist; names its neighbours with the same ending."""
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:8] if path.parent.is_dir() else []
    return SourceError(f"There is no file {path}.", available=near or None)
