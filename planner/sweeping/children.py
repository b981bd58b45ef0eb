"""Children: processes that answer points, kept while they are needed, bounded in time, replaced where they die."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from typing import Any

from planner.errors import PlannerError
from planner.sweeping.answering import Job
from planner.sweeping.processes import child_process

#: Seconds that a child is given to start and to read its job.
_START = 300.0


class ChildLost(PlannerError):
    """A child that died, or that had to be ended because it took too long (`hung`)."""

    def __init__(self, message: str, hung: bool) -> None:
        super().__init__(message)
        self.hung = hung


class Child:
    """A process of its own that answers the points of a job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._all = child_process()
        self._process = self._all.process
        self._send(job)
        self._receive(_START)

    def ask(self, what: str, given: Any, seconds: float) -> Any:
        """What the child says; raises ChildLost where it dies or says nothing for so many seconds, and the child is gone then."""
        self._send((what, given))
        return self._receive(seconds)

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill the process; whoever waits for it sees it die."""
        self._process.kill()

    def end(self) -> None:
        """End the child at once, and let go of all that belonged to it."""
        self._all.end()

    def _send(self, message: Any) -> None:
        try:
            self._all.to.send(message)
        except OSError:
            raise self._lost() from None

    def _receive(self, seconds: float) -> Any:
        try:
            if not self._all.from_.poll(seconds):
                self.end()
                raise ChildLost(f"gave no answer in {seconds:.0f} s", hung=True)
            return self._all.from_.recv()
        except (EOFError, OSError):
            raise self._lost() from None

    def _lost(self) -> ChildLost:
        """Why the child is gone: its signal or exit code, and the last line that it wrote."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        code = self._process.poll()
        last = ""
        with suppress(OSError, ValueError):
            self._all.errors.seek(0)
            last = self._all.errors.read()[-500:].decode(errors="replace").strip().rpartition("\n")[2]
        self.end()
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        return ChildLost(f"the process that solved it {how}{f': {last}' if last else ''}", hung=False)


class Children:
    """The idle children of this process, by job; a task takes one and puts it back. All end together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._stopped: set[str] = set()

    def take(self, job: Job) -> Child:
        """An idle child of a job, or a new one; idle children of other jobs are ended. Raises ChildLost where none starts."""
        with self._lock:
            mine = [child for child in self._idle if child.job.key == job.key and child.alive]
            others = [child for child in self._idle if child not in mine]
            found = mine.pop() if mine else None
            self._idle = mine
        for child in others:
            child.end()
        found = found or Child(job)
        with self._lock:
            self._busy.add(found)
        return found

    def put_back(self, child: Child) -> None:
        """A child that is not needed for now."""
        with self._lock:
            self._busy.discard(child)
            self._idle.append(child)

    def drop(self, child: Child) -> None:
        """A child that is gone."""
        with self._lock:
            self._busy.discard(child)

    def stopped(self, key: str) -> bool:
        """Whether the job has been stopped in this process."""
        return key in self._stopped

    def stop(self, key: str) -> None:
        """End all children of a job, those at work too."""
        self._stopped.add(key)
        with self._lock:
            idle = [child for child in self._idle if child.job.key == key]
            self._idle = [child for child in self._idle if child.job.key != key]
            busy = [child for child in self._busy if child.job.key == key]
        for child in idle:
            child.end()
        for child in busy:
            child.kill()


#: The children of this process.
CHILDREN = Children()
