"""Descriptions and candidates as browsers and aiortc gave them to this service's pages.

Written down from calls, legs of guests, device checks and recordings with Chromium 156, Firefox-ESR 153 and
aiortc 1.16, without their passwords. `relayed`: the media of that side went only through TURN.
"""

from pathlib import Path

_HERE = Path(__file__).with_name("descriptions")
DESCRIPTIONS = {
    path.stem: path.read_text(encoding="ascii").replace("\n", "\r\n") for path in sorted(_HERE.glob("*.sdp"))
}
CANDIDATES = (_HERE / "candidates.txt").read_text(encoding="ascii").splitlines()
