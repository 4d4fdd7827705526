"""The one task of a process that speaks to Redis for the fan-out, and notices when Redis goes and returns."""

import asyncio
import logging
from collections.abc import Callable, Set

from consult.live import keys
from consult.live.courier import Carried, Courier
from consult.live.outage import Outage
from consult.live.outgoing import Load, Outgoing
from consult.live.parcels import Letter, Vanished
from consult.live.redis import AWAY
from consult.live.subscription import Subscription
from consult.live.whereabouts import Whereabouts

log = logging.getLogger(__name__)

PULSE_SECONDS = 1.0
SILENCE_SECONDS = 5.0  # without hearing the own pulse: then the subscription is made anew
RENEW_PULSES = round(keys.AT_SECONDS / 3 / PULSE_SECONDS)


class Messenger:
    """While one journey is under way the next load gathers: the busier the process, the fewer the trips."""

    def __init__(
        self,
        courier: Courier,
        outgoing: Outgoing,
        whereabouts: Whereabouts,
        subscription: Subscription,
        held: Set[str],
        regained: Callable[[], None],
        announced_again: Callable[[], None],
        outage: Outage,
    ) -> None:
        self._courier = courier
        self._outgoing = outgoing
        self._whereabouts = whereabouts
        self._subscription = subscription
        self._held = held
        self._regained = regained
        self._announced_again = announced_again
        self._outage = outage
        outage.on_over(self._announce_anew)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pulse_due = False
        self._announce_due = False
        self._pulses = 0
        self._complained = False
        self._missed = False
        self._closing = False
        self._waiting: asyncio.Future[None] | None = None  # for changes not yet under way
        self._travelling: asyncio.Future[None] | None = None  # for changes under way
        self.announced = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="messenger")
        self._tick()

    def wake(self) -> None:
        self._woken.set()

    def subscribed(self) -> None:
        """The subscription stands (again): what was said in between was missed."""
        self._missed = self._missed or self.announced.is_set()
        self._announce_due = True
        self._pulse()

    def settled(self) -> asyncio.Future[None]:
        """Done when every change made so far stands in Redis and was told, or Redis is away."""
        if self._outgoing.load.changes:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_future()
            return self._waiting
        if self._travelling is not None:
            return self._travelling
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def close(self) -> None:
        """Carry what waits, if Redis is there, and say that this process ends."""
        self._closing = True
        self._woken.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await asyncio.wait({self._task})
        self._shut()
        await self._courier.close()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                if self._pulse_due:
                    await self._look_after()
                while self._outgoing.open and self._outgoing:
                    await self._carry()
                if self._closing:
                    await self._courier.withdraw()
            except AWAY as error:
                self._lost(error)
            except Exception as error:
                log.exception("the messenger stumbled")
                self._lost(error)
            if self._closing:
                return

    async def _look_after(self) -> None:
        self._pulse_due = False
        listening = self._subscription.listening
        pulse = await self._courier.pulse()
        if self._complained:
            log.warning("Redis answers again.")
            self._complained = False
        self._pulses += 1
        if not self._outgoing.open or not pulse.known or self._announce_due:
            self._announce_due = False
            self._whereabouts.forget()
            self._outgoing.announce(self._held, self._missed)
        elif self._pulses % RENEW_PULSES == 0:
            self._outgoing.renew(self._held)
        deaf = listening and self._subscription.listening and not pulse.heard
        if deaf or self._subscription.silent_seconds() > SILENCE_SECONDS:
            await self._subscription.renew()

    async def _carry(self) -> None:
        announcing = self._outgoing.announcing
        load = self._outgoing.take()
        if not self._outgoing.load.changes:
            self._travelling, self._waiting = self._waiting, None
        carried = await self._courier.carry(load)
        if self._travelling is not None:
            self._travelling.set_result(None)
            self._travelling = None
        self._unpack(load, carried)
        if announcing and not self._outgoing.announcing:
            self.announced.set()
            self._announced_again()
            if self._missed and self._subscription.listening:
                self._missed = False
                self._regained()

    def _unpack(self, load: Load, carried: Carried) -> None:
        for address, processes in carried.found.items():
            self._whereabouts.answered(address, processes)
        for process in carried.unheard:
            self._whereabouts.vanished(process)
            self._outgoing.say(Vanished(process))
            for letter in load.direct[process]:
                self._outgoing.forget(letter.addresses, process)
                self._outgoing.to_everyone(
                    Letter(letter.addresses, letter.frame, [*letter.had, self._courier.me, process])
                )

    def _lost(self, error: Exception) -> None:
        if not self._complained:
            log.warning(
                "Redis does not answer (%s). Until it returns, people connected to other processes "
                "hear of what happens here when their page asks again.",
                error,
            )
        self._complained = self._missed = True
        self._outage.begin()
        self._shut()

    def _shut(self) -> None:
        self._outgoing.shut()
        self._whereabouts.reset()
        for waited in (self._waiting, self._travelling):
            if waited is not None:
                waited.set_result(None)
        self._waiting = self._travelling = None

    def _announce_anew(self) -> None:
        """Redis is there again, and may be an empty one."""
        self._announce_due = True
        self._pulse()

    def _pulse(self) -> None:
        self._pulse_due = True
        self._woken.set()

    def _tick(self) -> None:
        self._pulse()
        self._timer = asyncio.get_running_loop().call_later(PULSE_SECONDS, self._tick)
