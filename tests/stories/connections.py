"""Calls whose pages let a test look at their connections."""

from tests.stories.people import Person, Town

PATHS = """async () => {
    const found = [];
    for (const pc of window.connections.filter((each) => each.connectionState === "connected")) {
        const report = [...(await pc.getStats()).values()];
        const pairs = report.filter((stat) => stat.type === "candidate-pair" && stat.nominated);
        const mine = pairs.map((pair) => report.find((stat) => stat.id === pair.localCandidateId));
        found.push(...mine.map((candidate) => candidate.candidateType));
    }
    return found;
}"""
# Of what comes in and goes out over the connections of this page, added up.
FLOWS = """async () => {
    const sum = { heard: 0, energy: 0, seen: 0, sent: 0, connections: 0 };
    for (const pc of window.connections.filter((each) => each.connectionState === "connected")) {
        sum.connections += 1;
        for (const stat of (await pc.getStats()).values()) {
            if (stat.type === "inbound-rtp" && stat.kind === "audio") {
                sum.heard += stat.packetsReceived;
                sum.energy += stat.totalAudioEnergy ?? 0;
            }
            if (stat.type === "inbound-rtp" && stat.kind === "video") sum.seen += stat.packetsReceived;
            if (stat.type === "outbound-rtp") sum.sent += stat.packetsSent;
        }
    }
    return sum;
}"""
KEEP_CONNECTIONS = """
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...given) { super(...given); window.connections.push(this); }
    };
"""


async def in_video(town: Town, name: str, hides: bool = False) -> tuple[Person, Person]:
    """Both see moving pictures; `hides`: the citizen wishes it before accepting."""
    citizen, officer = await town.consultation(name)
    for side in (citizen, officer):
        await side.context.add_init_script(KEEP_CONNECTIONS)
        await side.page.reload()
    await officer.button("video").click()
    if hides:
        await citizen.page.get_by_role("dialog").get_by_label("Sembunyikan alamat saya").check()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    return citizen, officer
