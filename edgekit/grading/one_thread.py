"""numpy's products in one thread while an answer is graded: they are too small for more."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import TypeVar

One = TypeVar("One")


@contextmanager
def one_thread() -> Iterator[None]:
    """OpenBLAS, which numpy's wheels bring, in one thread as long as anybody is inside; then in as many as before.

    Its threads spin while they wait for the next product: one answer took 31 ms of processor with two, 15 with one, and
    the encoder's threads waited for them. How many there are is the same for the whole process, so the first who comes
    in sets it and the last who leaves takes it back; threadpoolctl, as of 3.8, leaves it to one of the threads and does
    nothing for the others. Does nothing where numpy has another library.
    """
    _SHARED.enter()
    try:
        yield
    finally:
        _SHARED.leave()


def each_in_one_thread(found: Generator[One, None, None]) -> Iterator[One]:
    """What a generator gives, each made within `one_thread`, which the caller is not in meanwhile."""
    with closing(found):
        while True:
            with one_thread():
                try:
                    one = next(found)
                except StopIteration:
                    return
            yield one


@dataclass(frozen=True, slots=True)
class Products:
    """How many threads numpy's products run in: ask, and set."""

    threads: Callable[[], int]
    set_threads: Callable[[int], None]


class _Shared:
    """Set by the first who comes in, taken back by the last who leaves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 1

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1 and (products := find_products()) is not None:
                self._before = products.threads()
                products.set_threads(1)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and (products := find_products()) is not None:
                products.set_threads(self._before)


_SHARED = _Shared()


@lru_cache(maxsize=1)
def find_products() -> Products | None:
    """Of the library that numpy has loaded; None where it is not OpenBLAS."""
    import numpy

    # What an extension is linked with is found through it, but on Windows, where the wheel has it in a folder beside.
    folder = Path(numpy.__file__).parent
    files = [import_module("numpy.linalg._umath_linalg").__file__, *(folder.parent / "numpy.libs").glob("*openblas*")]
    for file, prefix, suffix in product(files, ("scipy_", ""), ("64_", "")):
        try:
            library = ctypes.CDLL(str(file))
            threads = getattr(library, f"{prefix}openblas_get_num_threads{suffix}")
            set_threads = getattr(library, f"{prefix}openblas_set_num_threads{suffix}")
        except (AttributeError, OSError):
            continue
        threads.restype, set_threads.restype = ctypes.c_int, None
        set_threads.argtypes = [ctypes.c_int]
        return Products(threads, set_threads)
    return None
