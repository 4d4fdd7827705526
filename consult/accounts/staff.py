"""Staff: who works in the office, and which services each officer knows."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from consult.accounts.names import clean_name, clean_user_name
from consult.accounts.password import Passwords, check_new_password
from consult.accounts.store import people
from consult.accounts.store.people import STAFF, Person
from consult.consultations.credential import new_id
from consult.duty import store as duty
from consult.errors import BadRequest
from consult.people import Role
from consult.settings import Settings
from consult.storage.database import Database


class Staff:
    """`moved` is called with the services of a change once it is committed; without it nobody is told."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        settings: Settings,
        *,
        moved: Callable[..., None] = lambda *_: None,
    ) -> None:
        self._database = database
        self._moved = moved
        self._passwords = passwords
        self._capacity = settings.officer_capacity

    async def add(
        self,
        user_name: str,
        name: str,
        role: Role,
        password: str,
        service_ids: Iterable[str] = (),
        actor: str = "office",
    ) -> str:
        """The id of the new person; an officer is enrolled, off duty, with these services.

        Raises BadRequest with `field` and `reason` for what cannot be, Conflict when the user name is
        taken, NotFound for an unknown service.
        """
        account, shown_name = clean_user_name(user_name), clean_name(name)
        if role not in STAFF:
            raise BadRequest(field="role", reason="missing")
        check_new_password(password, account)
        password_hash = await self._passwords.hash(password)
        person_id, skills = new_id(), tuple(service_ids)

        def order(conn: Connection) -> None:
            people.add(conn, person_id, account, shown_name, role, password_hash, actor)
            if role is Role.OFFICER:
                duty.enrol(conn, person_id, self._capacity)
                people.set_skills(conn, person_id, skills, actor)

        await self._database.write(order)
        if role is Role.OFFICER:
            self._moved(*skills)
        return person_id

    async def set_skills(self, person_id: str, service_ids: Iterable[str], actor: str) -> None:
        """Raises NotFound for somebody who is no officer, or an unknown service."""
        skills = tuple(service_ids)

        def order(conn: Connection) -> list[str]:
            before = duty.skills(conn, person_id)
            people.set_skills(conn, person_id, skills, actor)
            return before

        before = await self._database.write(order)
        self._moved(*sorted({*before, *skills}))

    async def everybody(self) -> list[Person]:
        """Who works here first, then who was disabled."""
        return await self._database.read(people.everybody)

    async def anybody(self) -> bool:
        return await self._database.read(people.anybody)
