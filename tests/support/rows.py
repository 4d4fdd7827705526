"""What a database holds, read past the service: as an auditor sees it."""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from typing import Any

import asyncpg
from sqlalchemy import make_url


def rows(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The answer to `query`, in which `?` stands for each of `values`; from SQLite and PostgreSQL alike."""
    return [tuple(row.values()) for row in named_rows(url, query, *values)]


def named_rows(url: str, query: str, *values: object) -> list[Mapping[str, Any]]:
    """The same, with the columns' names."""
    if url.startswith("sqlite"):
        return _of_sqlite(url, query, values)
    # A thread of its own, so that it can be called where an event loop runs.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _of_postgres(url, query, values)).result()


def _of_sqlite(url: str, query: str, values: tuple[object, ...]) -> list[Mapping[str, Any]]:
    path = make_url(url).database
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        answer = opened.execute(query, values)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer]


async def _of_postgres(url: str, query: str, values: tuple[object, ...]) -> list[Mapping[str, Any]]:
    numbers = count(1)
    numbered = "".join(f"${next(numbers)}" if letter == "?" else letter for letter in query)
    opened = await asyncpg.connect(url)
    try:
        return [dict(row) for row in await opened.fetch(numbered, *values)]
    finally:
        await opened.close()
