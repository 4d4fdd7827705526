"""The digits that both people read aloud: who stands between them is found out."""

import re

from playwright.async_api import expect

from tests.stories.people import Town

# The page opens with another nonce than it had bound itself to.
BREAKS_ITS_WORD = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (text) {
        const frame = JSON.parse(text);
        if (frame.t === "SendCode" && frame.step === "opening") frame.value = "0a".repeat(32);
        return send.call(this, JSON.stringify(frame));
    };
}"""


async def test_an_opening_that_was_not_announced_is_shown_as_a_warning(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Disadap")
    await officer.page.evaluate(BREAKS_ITS_WORD)
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await citizen.sees_moving_pictures()
    warning = citizen.page.get_by_role("alert").filter(has_text="tidak menepati kode")
    await expect(warning).to_be_visible()
    await expect(citizen.page.get_by_text(re.compile(r"^Kode \d\d"))).to_have_count(0)
    await citizen.button("hang_up").click()
    await expect(warning).to_be_hidden()
