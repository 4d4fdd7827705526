"""Texts, assets, templates and SQL: read and compiled once for all offices of a test run, not for each."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import jinja2
import pytest
from jinja2.bccache import Bucket
from sqlalchemy import Engine

from consult.pages import routes, site, templates
from consult.pages.assets import Assets, asset_of
from consult.pages.catalogue import Catalogue
from consult.storage import readers, writer_sqlite


class Compiled(jinja2.BytecodeCache):
    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def read_once(patch: pytest.MonkeyPatch) -> None:
    """They are the same files, and an office only reads them."""
    patch.setattr(site, "Catalogue", cache(Catalogue))
    patch.setattr(site, "Assets", cache(Assets))
    patch.setattr(routes, "asset_of", cache(asset_of))
    patch.setattr(templates.jinja2, "Environment", partial(jinja2.Environment, bytecode_cache=Compiled()))
    engine = _compiling_once(readers.sqlite_engine)
    patch.setattr(readers, "sqlite_engine", engine)
    patch.setattr(writer_sqlite, "sqlite_engine", engine)


def _compiling_once(make: Callable[..., Engine]) -> Callable[..., Engine]:
    """Engines that share their compiled statements, which are the same for each file."""
    first: list[Engine] = []

    def engine(path: Path, *, writes: bool) -> Engine:
        new = make(path, writes=writes)
        first[1:] = []
        first.append(new)
        new.dialect, new._compiled_cache = first[0].dialect, first[0]._compiled_cache
        return new

    return engine
