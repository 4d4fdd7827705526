"""The end of a service's hours: who waits is served while somebody is on duty, then told and let go."""

from datetime import tzinfo

from sqlalchemy import Connection

from consult.consultations.store import line as line_store
from consult.office import store as office
from consult.office.hours import open_now
from consult.storage import moments


def after_hours(conn: Connection, zone: tzinfo, ticket_id: str | None = None) -> list[str]:
    """Tickets in the line of a service that is closed by now and that nobody is on duty for; of all, or
    this one. Whoever is being served is served to the end."""
    closed = closed_now(conn, zone)
    return line_store.left_alone(conn, closed, ticket_id) if closed else []


def closed_now(conn: Connection, zone: tzinfo) -> list[str]:
    """Ids of the services that are outside their hours."""
    local = moments.now(conn).astimezone(zone)
    closed_days = {closure.day for closure in office.closures(conn, local.date())}
    return [
        service.id
        for service in office.services(conn)
        if not service.always_open and not open_now(service.week, closed_days, local).open
    ]
