"""The word lists of the policy: what rewritten code may import, call and touch.

Allow-lists where the good names are few (modules, builtins' dangers, the frame API), deny-lists where they are many
(attributes of pandas, NumPy and scikit-learn that reach files, code or memory).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES = _words(
    """
    __future__ abc bisect calendar cmath collections copy csv dataclasses datetime decimal difflib enum fnmatch
    fractions functools glob hashlib heapq html itertools json lester_jupyter math numbers numpy operator pandas
    random re scipy sklearn statistics string textwrap time typing unicodedata warnings zoneinfo
    """
)
"""Modules that every rewrite may import (first part of the name)."""

DANGEROUS_MODULES = _words(
    """
    IPython _ctypes _io _pickle _posixsubprocess _thread aiohttp ast asyncio atexit bdb boto3 builtins bz2 cPickle
    cProfile cffi cloudpickle code codecs codeop concurrent ctypes cython dbm dill dis distutils duckdb ensurepip
    faulthandler fcntl fileinput fsspec ftplib gc gzip h5py http httpx imaplib imp importlib inspect io ipykernel
    ipywidgets joblib linecache lzma marshal mmap multiprocessing nt nturl2path numba numexpr os paramiko pdb pickle
    pip pkgutil platform polars poplib posix profile psycopg2 pty pyarrow requests resource runpy s3fs select
    selectors setuptools shelve shutil signal site smtplib socket sqlalchemy sqlite3 ssl subprocess sys sysconfig
    tarfile telnetlib tempfile threading tokenize trace traceback tracemalloc tty types urllib urllib3 venv weakref
    webbrowser xmlrpc zipfile zipimport
    """
)
"""Modules that no rewrite may import, whatever the original imports."""

SUBMODULES_DENIED = _words(
    """
    json.tool numpy._core numpy.core numpy.ctypeslib numpy.distutils numpy.f2py numpy.lib numpy.testing pandas._libs
    pandas.compat pandas.core pandas.io pandas.util scipy._lib scipy.io sklearn.datasets sklearn.externals
    sklearn.utils._joblib
    """
)
"""Parts of allowed packages that read files or hand out dangerous modules."""

OS_PARTS = frozenset({"fspath", "listdir", "path", "sep"})
"""What a rewrite may use of `os`, and only where the original imports it."""

NAMES = _words(
    """
    __import__ breakpoint compile copyright credits delattr eval exec exit get_ipython globals help input license
    locals memoryview open quit setattr vars
    """
)
"""Builtins that no rewrite may mention."""

ATTRIBUTES = _words(
    """
    DataSource ExcelFile ExcelWriter Formatter HDFStore _getframe ag_frame as_array attrgetter builtins chmod co_code
    cr_code cr_frame ctypes ctypeslib dump dump_svmlight_file eval f_back f_builtins f_code f_globals f_locals
    fetch_20newsgroups fetch_california_housing fetch_openml format_map fromfile fromregex func_code func_globals
    genfromtxt gi_code gi_frame hardlink_to importlib joblib link_to load_files load_library load_svmlight_file
    loadtxt marshal memmap methodcaller mkdir mro multiprocessing open open_memmap opener os pickle read_bytes
    read_clipboard read_excel read_feather read_fwf read_gbq read_hdf read_html read_orc read_pickle read_sas
    read_spss read_sql read_sql_query read_sql_table read_stata read_table read_xml rmdir savetxt savez
    savez_compressed set_string_function shutil socket subprocess symlink_to sys tb_frame tb_next threading
    to_clipboard to_excel to_feather to_gbq to_hdf to_iceberg to_orc to_parquet to_pickle to_sql to_stata tofile touch
    unlink write_bytes
    """
)
"""Attributes that no rewrite may touch, on whatever object."""

PANDAS_READERS = frozenset({"read_csv", "read_json", "read_lines", "read_parquet", "read_text"})
"""Readers that only our own API may offer: these keep the lineage, and the sandbox knows them."""

NUMPY_FILES = frozenset({"dumps", "load", "loads", "save"})
"""Names that are file access on NumPy (and on pickle, json), but harmless elsewhere."""

TEXT_WRITERS = frozenset({"to_csv", "to_html", "to_json", "to_latex", "to_markdown", "to_string", "to_xml"})
"""pandas methods that return text, and write a file when they are given one."""

WRITERS = frozenset({"write_csv", "write_text"})
"""Writers of our frames: allowed for the files that the original writes."""

PRIVATE_ALLOWED = frozenset({"_asdict", "_fields", "_make", "_replace"})
"""Public by documentation, in spite of their name (named tuples)."""

DUNDER_METHODS = _words(
    """
    __call__ __eq__ __getitem__ __init__ __iter__ __len__ __lt__ __repr__
    """
)
"""Special methods that a class of a rewrite may define."""

DUNDERS = _words(
    """
    __annotations__ __base__ __bases__ __builtins__ __call__ __class__ __closure__ __code__ __defaults__ __del__
    __dict__ __file__ __func__ __getattr__ __getattribute__ __getstate__ __globals__ __import__ __init__
    __init_subclass__ __instancecheck__ __kwdefaults__ __loader__ __module__ __mro__ __new__ __path__ __prepare__
    __reduce__ __reduce_ex__ __self__ __setattr__ __setstate__ __spec__ __subclasses__ __subclasshook__ __wrapped__
    """
)
"""Names that, as text, could walk from a value to the interpreter."""

DECORATORS = _words(
    """
    cache classmethod dataclass dataclasses.dataclass functools.cache functools.lru_cache functools.wraps lru_cache
    property staticmethod wraps
    """
)
"""Decorators of a rewrite: known, and without effects of their own."""

FRAME_API = _words(
    """
    Estimator Frame Pipeline Stages col concat encode from_pandas from_records label read_csv read_json read_lines
    read_parquet read_text union
    """
)
"""What a rewrite may use of `lester_jupyter`."""
