import pytest
from redis.asyncio.connection import UnixDomainSocketConnection

from consult.live.dialling import connections_to
from consult.live.finding import ClusterFinder, FoundConnection, FoundTlsConnection, SentinelFinder


def test_one_server_is_dialled_as_its_address_says() -> None:
    assert connections_to("redis://ani:p%40ss@redis.example:6380/2") == {
        "username": "ani", "password": "p@ss", "host": "redis.example", "port": 6380, "db": 2,
    }  # fmt: skip
    assert connections_to("unix:///run/valkey.sock")["connection_class"] is UnixDomainSocketConnection


def test_sentinels_name_the_primary() -> None:
    address = "redis+sentinel://ani:p%40ss@one:26380,two,[::1]:26381/kantor/3?sentinel_password=s3cret"
    how = connections_to(address)
    finder = how.pop("finder")
    assert isinstance(finder, SentinelFinder)
    assert finder._service == "kantor"
    assert finder._witnesses.places == [("one", 26380), ("two", 26379), ("::1", 26381)]
    assert finder._witnesses._known_by == {"password": "s3cret"}
    assert how == {"connection_class": FoundConnection, "username": "ani", "password": "p@ss", "db": 3}


def test_nodes_of_a_cluster_are_asked_with_its_own_password_and_certificate() -> None:
    how = connections_to("rediss+cluster://:p%40ss@one:7000,two?ssl_ca_certs=/etc/ca.pem")
    finder = how["finder"]
    assert isinstance(finder, ClusterFinder)
    assert finder._witnesses.places == [("one", 7000), ("two", 6379)]
    assert finder._witnesses._known_by == {"ssl_ca_certs": "/etc/ca.pem", "password": "p@ss"}
    assert how["connection_class"] is FoundTlsConnection
    assert how["ssl_ca_certs"] == "/etc/ca.pem"


@pytest.mark.parametrize(
    "wrong",
    [
        "redis+sentinel://one:26379",
        "redis+sentinel://one:26379/",
        "redis+sentinel:///kantor",
        "redis+sentinel://one,,two/kantor",
        "redis+sentinel://one:port/kantor",
        "redis+sentinel://one/kantor/first",
        "redis+sentinel://one/kantor/0/1",
        "redis+cluster://one:7000/kantor",
        "redis+cluster://one:7000/1",
        "redis+cluster://",
        "redis+replica://one",
        "http+sentinel://one/kantor",
    ],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        connections_to(wrong)
