"""Texts, assets and templates: read and compiled once for all offices of a test run, not for each of them."""

from functools import cache, partial

import jinja2
import pytest
from jinja2.bccache import Bucket

from consult.pages import routes, site, templates
from consult.pages.assets import Assets, asset_of
from consult.pages.catalogue import Catalogue


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
