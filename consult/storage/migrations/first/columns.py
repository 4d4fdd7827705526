"""Short forms used by the parts of the first revision."""

from typing import Any

import sqlalchemy as sa


def moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    """An instant, in milliseconds since 1970."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def only(condition: str) -> dict[str, Any]:
    """An index over the rows that meet a condition, on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
