"""A page without a socket: it fetches facts and sends frames by requests, each to any server."""

import json
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import httpx2

from tests.support.client import Frame, Page


@dataclass
class Poller:
    """The next request goes to the next of `urls`."""

    page: Page
    urls: list[str]
    connection: str = ""
    epoch: str | None = None
    seqs: dict[str, int] = field(default_factory=dict)
    cseq: int = 0
    texts: list[str] = field(default_factory=list)
    close: int | None = None

    def __post_init__(self) -> None:
        self._next = cycle(self.urls)

    def headers(self) -> dict[str, str]:
        return {
            "X-Consult-Csrf": self.page.csrf,
            "X-Consult-Stream": self.page.stream,
            "X-Consult-Connection": self.connection,
        }

    async def fetch(self, now: bool = False, **headers: str) -> list[Frame]:
        """One `GET /api/events`; entries are kept as the page keeps them."""
        query = {"after": ",".join(f"{ticket}:{seq}" for ticket, seq in self.seqs.items())}
        query |= {"ticket": self.page.ticket} if self.page.ticket else {}
        query |= {"epoch": self.epoch} if self.epoch else {}
        query |= {"now": "1"} if now else {}
        answer = await self._ask("GET", "/api/events", query, headers)
        self.connection = answer["connection"] or self.connection
        for frame in answer["frames"]:
            self._take(frame)
        return list(answer["frames"])

    async def order(self, kind: str, **fields: Any) -> Frame:
        """The next order, and its answer."""
        self.cseq += 1
        (answer,) = await self.send({"t": kind, "cseq": self.cseq, **fields})
        return answer

    async def send(self, *frames: Frame, **headers: str) -> list[Frame]:
        query = {"ticket": self.page.ticket} if self.page.ticket else {}
        body = json.dumps({"frames": list(frames)})
        return list((await self._ask("POST", "/api/send", query, headers, body))["frames"])

    async def _ask(
        self, method: str, path: str, query: dict[str, str], more: dict[str, str], body: str | None = None
    ) -> Frame:
        url = next(self._next)
        async with httpx2.AsyncClient(
            base_url=url, cookies=self.page.cookies, trust_env=False, verify=False
        ) as http:
            headers = {**self.headers(), "Origin": url, **more}
            answer = await http.request(method, path, params=query, headers=headers, content=body, timeout=30)
        assert answer.status_code == 200, answer.text
        told: Frame = answer.json()
        self.close = told["close"]
        return told

    def _take(self, frame: Frame) -> None:
        if "epoch" in frame and frame["epoch"] != self.epoch:
            self.epoch = frame["epoch"]
            self.seqs.clear()
            self.texts.clear()
        self.cseq = max(self.cseq, frame.get("last_cseq", 0))
        if frame["t"] == "WelcomeApplicant":
            for entry in frame["entries"]:
                assert entry["seq"] == self.seqs.get(frame["ticket"]["id"], 0) + 1, "gap-free, nothing twice"
                self.seqs[frame["ticket"]["id"]] = entry["seq"]
                if entry["kind"] == "message":
                    self.texts.append(entry["text"])
