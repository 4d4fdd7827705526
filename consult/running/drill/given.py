"""A page's numbered orders, sent again until each is answered: what `orders.js` does in the browser."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Frame = dict[str, Any]

IN_FLIGHT = 16
RETRY_SECONDS = 0.5
TRIES_OUT_OF_ORDER = 4


class Broken(AssertionError):
    """A promise was broken in front of this page."""


@dataclass(eq=False, slots=True)
class Order:
    frame: Frame
    answer: "asyncio.Future[Frame]"


class Given:
    """`send` puts a frame on the wire; `restart` asks for a new connection."""

    def __init__(
        self, send: Callable[[Frame], None], restart: Callable[[], None], answer_seconds: float
    ) -> None:
        self.pending: deque[Order] = deque()
        self.answered: dict[int, Frame] = {}
        self.answered_again = 0
        self._send = send
        self._restart = restart
        self._answer_seconds = answer_seconds
        self._next = 1
        self._sent = 0
        self._live = False
        self._out_of_order = 0
        self._pause: asyncio.TimerHandle | None = None
        self._overdue: asyncio.TimerHandle | None = None

    def add(self, frame: Frame) -> "asyncio.Future[Frame]":
        """Give an order its number; the answer comes once, however often it had to be sent."""
        order = Order({**frame, "cseq": self._next}, asyncio.get_running_loop().create_future())
        self._next += 1
        self.pending.append(order)
        self._pump()
        return order.answer

    def welcomed(self, last_cseq: int) -> None:
        """A connection is ready; the service has answered everything up to `last_cseq`."""
        self._next = last_cseq + 1
        for order in self.pending:
            if order.frame["cseq"] > last_cseq:
                order.frame["cseq"] = self._next
                self._next += 1
        self._live = True
        self._out_of_order = 0
        self._send_again()

    def cut(self) -> None:
        """The connection is gone; what was on its way is sent again on the next one."""
        self._live = False
        self._sent = 0
        self._disarm()

    def answer(self, answer: Frame) -> None:
        """Raises Broken when it contradicts the first answer, or is to nothing that was asked."""
        cseq = answer["cseq"]
        again = answer["t"] == "Refused" and (
            answer["code"] == "out_of_order" or answer.get("retry_ms") is not None
        )
        first = self.answered.get(cseq)
        if first is not None:
            self.answered_again += 1
            if not again and (first["t"], first.get("seq")) != (answer["t"], answer.get("seq")):
                raise Broken(f"order {cseq} was answered {first} and then {answer}")
            return
        order = next((one for one in self.pending if one.frame["cseq"] == cseq), None)
        if order is None:
            raise Broken(f"an answer to {cseq}, which was never given: {answer}")
        if again:
            self._retry(order, answer)
        else:
            self._settle(order, answer)

    def _settle(self, order: Order, answer: Frame) -> None:
        if self.pending.index(order) < self._sent:
            self._sent -= 1
        self.pending.remove(order)
        self.answered[answer["cseq"]] = answer
        self._out_of_order = 0
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
        if not order.answer.done():
            order.answer.set_result(answer)
        self._pump()

    def _retry(self, order: Order, refused: Frame) -> None:
        index = self.pending.index(order)
        self._sent = min(self._sent, index)
        early = refused["code"] == "out_of_order"
        if early and index == 0:
            self._out_of_order += 1
            if self._out_of_order >= TRIES_OUT_OF_ORDER:
                self._restart()
                return
        if self._pause is not None and early:
            return
        if self._pause is not None:
            self._pause.cancel()
        seconds = (refused.get("retry_ms") or RETRY_SECONDS * 1000) / 1000
        self._pause = asyncio.get_running_loop().call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self._pump()

    def _pump(self) -> None:
        if not self._live or self._pause is not None:
            return
        while self._sent < min(len(self.pending), IN_FLIGHT):
            self._send(self.pending[self._sent].frame)
            self._sent += 1
        if self._sent and self._overdue is None:
            loop = asyncio.get_running_loop()
            self._overdue = loop.call_later(self._answer_seconds, self._send_again)

    def _send_again(self) -> None:
        self._disarm()
        self._sent = 0
        self._pump()

    def _disarm(self) -> None:
        for alarm in (self._pause, self._overdue):
            if alarm is not None:
                alarm.cancel()
        self._pause = self._overdue = None
