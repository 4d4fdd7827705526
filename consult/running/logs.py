"""What the processes write about themselves: no query string and no secret in any line."""

import copy
import logging
import logging.config
from typing import Any

from uvicorn.config import LOGGING_CONFIG


class WithoutQuery(logging.Filter):
    """Cuts the query string off every path that uvicorn logs, for requests and for sockets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                value.partition("?")[0] if isinstance(value, str) and value.startswith("/") else value
                for value in record.args
            )
        return True


class WithoutStrangersFaults(logging.Filter):
    """Leaves out what uvicorn reports as an error of ours, with a trace, though any client can cause it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg != "Invalid UTF-8 sequence received from client."


def uvicorns_level(level: str) -> str:
    """Never `debug`: uvicorn would write every frame and every cookie of a socket into the log."""
    return "info" if level == "debug" else level


def configuration(level: str) -> dict[str, Any]:
    """uvicorn's logging with our filter, and our own loggers beside its own."""
    config: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    filters = {"without_query": WithoutQuery, "without_strangers_faults": WithoutStrangersFaults}
    config["filters"] = {name: {"()": kind} for name, kind in filters.items()}
    for handler in config["handlers"].values():
        handler["filters"] = list(filters)
    config["loggers"]["consult"] = {"handlers": ["default"], "level": level.upper(), "propagate": False}
    return config


def configure(level: str) -> None:
    """For a process without uvicorn."""
    logging.config.dictConfig(configuration(level))
