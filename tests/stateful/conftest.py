"""One counter for all examples: each example works on a service of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consult.live.server import EmbeddedValkey
from tests.support.counter import Counter


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    directory: Path = tmp_path_factory.mktemp("counter")
    valkey = EmbeddedValkey(directory)
    opened = Counter(directory, valkey.start())
    opened.open()
    yield opened
    opened.close()
    valkey.stop()
