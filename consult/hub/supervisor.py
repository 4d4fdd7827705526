"""What a supervisor may send: watching needs no orders yet, so the table is empty."""

from consult.hub.services import Handlers

HANDLERS: Handlers = {}
