"""Executors that are not of this machine: Dask's, from the address of its scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from planner.errors import PlannerError

#: How often Dask runs a task whose worker died.
_RETRIES = 3

#: Seconds that a scheduler is given to answer.
ANSWER = 15


@contextmanager
def executor_of(address: str | None) -> Iterator[Executor | None]:
    """The executor of a Dask scheduler, or None for no address. Raises PlannerError where none answers or Dask is missing."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise PlannerError("Dask is missing: pip install 'compute-planner[sweep]'") from None
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise PlannerError(f"no Dask scheduler answers at {address}: {error}") from None
    try:
        yield client.get_executor(retries=_RETRIES, pure=False)
    finally:
        client.close()
