"""Every key and channel in Redis. Any of them may vanish at any moment without loss.

Each begins with `consult:{office}:`.

| name | type | lives | written by |
|---|---|---|---|
| `at:<address>` | set of process ids | 10 min, renewed | `fanout`: who holds a connection for it |
| `process:<process>` | text | 5 s, renewed | `fanout`: this process has announced what it holds |
| `to:<process>` | channel | | `fanout`: parcels for one process |
| `to-everyone` | channel | | `fanout`: parcels for every process |
| `presence` | sorted set, ticket -> ms heard of | 1 h after the last | `presence` |
| | member `*` -> ms, negative | | since when it is being gathered anew |
| `presence-watched` | hash of ms | 1 h after the last | `presence`: since when it is asked |
| `order:<service>` | sorted set, ticket -> place | | `line_index` |
| `units:<service>` | hash, ticket -> units | | `line_index` |
| `services` | set of service ids | | `line_index`: which of the above exist |
| `changes` | number | | `line_index`: counts puts and drops |
| `generation` | text | | `line_index`: missing means "rebuild from SQL" |
| `probe` | text | 1 s | `redis`: whether Redis can be written again |
| `limit:<name>:<hash>` | list of ms | its window | `limits` |

The hash tag is one for all: in a Cluster they stand on one node, whose failure another one mends.
One process speaks to one node, so a script, a transaction and a publication find all they need there.
"""

from hashlib import blake2b

TAG = "office"
PROBE = "consult:{office}:probe"
EVERYONE = "consult:{office}:to-everyone"
PRESENCE = "consult:{office}:presence"
PRESENCE_WATCHED = "consult:{office}:presence-watched"
SERVICES = "consult:{office}:services"
CHANGES = "consult:{office}:changes"
GENERATION = "consult:{office}:generation"

AT_SECONDS = 600
PROCESS_SECONDS = 5


def at(address: str) -> str:
    return f"consult:{{office}}:at:{address}"


def process(process_id: str) -> str:
    return f"consult:{{office}}:process:{process_id}"


def to_process(process_id: str) -> str:
    return f"consult:{{office}}:to:{process_id}"


def order(service: str) -> str:
    return f"consult:{{office}}:order:{service}"


def units(service: str) -> str:
    return f"consult:{{office}}:units:{service}"


def limit(name: str, key: str) -> str:
    """The key itself may be an address, an account or a secret: only its hash reaches Redis."""
    return f"consult:{{office}}:limit:{name}:{blake2b(key.encode(), digest_size=16).hexdigest()}"
