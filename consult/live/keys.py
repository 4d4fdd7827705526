"""Every key and channel in Redis. Any of them may vanish at any moment without loss.

| name | type | lives | written by |
|---|---|---|---|
| `consult:at:<address>` | set of process ids | 10 min, renewed | `fanout`: who holds a connection for it |
| `consult:process:<process>` | text | 5 s, renewed | `fanout`: this process has announced what it holds |
| `consult:to:<process>` | channel | | `fanout`: parcels for one process |
| `consult:to-everyone` | channel | | `fanout`: parcels for every process |
| `consult:{line}:presence` | sorted set, ticket -> ms heard of | 1 h after the last | `presence` |
| `consult:{line}:presence-watched` | hash of ms | 1 h after the last | `presence`: since when it is asked |
| `consult:{line}:order:<service>` | sorted set, ticket -> place | | `line_index` |
| `consult:{line}:units:<service>` | hash, ticket -> units | | `line_index` |
| `consult:{line}:services` | set of service ids | | `line_index`: which of the above exist |
| `consult:{line}:changes` | number | | `line_index`: counts puts and drops |
| `consult:{line}:generation` | text | | `line_index`: missing means "rebuild from SQL" |
| `consult:limit:<name>:<hash>` | list of ms | its window | `limits` |

Keys that one script touches share the hash tag `{line}`, so they stand on one node of a Cluster.
"""

from hashlib import blake2b

EVERYONE = "consult:to-everyone"
PRESENCE = "consult:{line}:presence"
PRESENCE_WATCHED = "consult:{line}:presence-watched"
SERVICES = "consult:{line}:services"
CHANGES = "consult:{line}:changes"
GENERATION = "consult:{line}:generation"

AT_SECONDS = 600
PROCESS_SECONDS = 5


def at(address: str) -> str:
    return f"consult:at:{address}"


def process(process_id: str) -> str:
    return f"consult:process:{process_id}"


def to_process(process_id: str) -> str:
    return f"consult:to:{process_id}"


def order(service: str) -> str:
    return f"consult:{{line}}:order:{service}"


def units(service: str) -> str:
    return f"consult:{{line}}:units:{service}"


def limit(name: str, key: str) -> str:
    """The key itself may be an address, an account or a secret: only its hash reaches Redis."""
    return f"consult:limit:{name}:{blake2b(key.encode(), digest_size=16).hexdigest()}"
