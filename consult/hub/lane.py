"""A connection's work under way: begun in the order it came, several at once, answered in that order."""

import asyncio
from collections.abc import Awaitable, Callable

Task = asyncio.Task[None]
Before = Task | None
"""The work that came before on the same lane, while it is not done."""


class Working:
    """All work under way in this process, so that a shutdown can wait for it. Nothing here is cancelled."""

    def __init__(self) -> None:
        self._tasks: set[Task] = set()

    def add(self, task: Task) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self, within_seconds: float) -> bool:
        """Wait for what is under way now; False when some of it takes longer."""
        if not self._tasks:
            return True
        _, late = await asyncio.wait(set(self._tasks), timeout=within_seconds)
        return not late


class Lane:
    __slots__ = ("_tasks", "_window", "_working")

    def __init__(self, window: int, working: Working) -> None:
        self._window = window
        self._working = working
        self._tasks: list[Task] = []

    @property
    def last(self) -> Before:
        """The newest work, unless it is done."""
        return self._tasks[-1] if self._tasks and not self._tasks[-1].done() else None

    async def begin(self, work: Callable[[Before], Awaitable[None]]) -> None:
        """Start `work`; it is told what came before it. Waits only when the window is full."""
        while len(self._tasks) >= self._window:
            await asyncio.wait({self._tasks[0]})
            self._sweep()
        task = asyncio.create_task(_run(work, self.last))
        self._working.add(task)
        self._tasks.append(task)
        self._sweep()

    def _sweep(self) -> None:
        if self._tasks[0].done():
            self._tasks = [task for task in self._tasks if not task.done()]


async def _run(work: Callable[[Before], Awaitable[None]], before: Before) -> None:
    await work(before)


async def after(before: Before) -> None:
    """Wait until that work is done, however it ended."""
    if before is not None and not before.done():
        await asyncio.wait({before})
