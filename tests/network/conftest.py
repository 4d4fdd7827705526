"""Where networks cannot be made, the tests over them are left out; tests/conftest.py says so in red."""

import pytest

from tests.network.namespaces import missing


@pytest.fixture(scope="session", autouse=True)
def networks_can_be_made(request: pytest.FixtureRequest) -> None:
    if what := missing():
        pytest.skip(what)
