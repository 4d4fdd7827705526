import { THIN_WAIT_MS } from "/scripts/models/hearing.js";
import { Peer } from "/scripts/models/peer.js";
import { LEVELS } from "/scripts/models/quality.js";
import { sendAt } from "/scripts/models/sending.js";
import { withSound } from "/scripts/models/sound_lines.js";
import { equal, ok, until } from "./support/assert.js";

const SHORT = { packetMs: 20 };
const LONG = { packetMs: 60 };
const at = (level) => ({ level, part: 0, rests: false });

const SDP = [
  "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
  "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000", "",
].join("\r\n");

export async function test_the_wish_stands_in_the_sound_part_only() {
  const lines = withSound(SDP, LONG).split("\r\n");
  equal(lines.slice(3, 7), ["a=fmtp:111 minptime=10;useinbandfec=1;usedtx=0", "a=rtcp-fb:111 nack", "a=ptime:60", "m=video 9 UDP/TLS/RTP/SAVPF 96"]);
  equal(withSound(withSound(SDP, LONG), SHORT), withSound(SDP, SHORT));
  equal(withSound("v=0\r\n", SHORT), "v=0\r\n");
}

export async function test_sound_that_ends_the_description_keeps_its_last_line_end() {
  const sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
  ok(withSound(sdp, SHORT).endsWith("a=fmtp:111 useinbandfec=1;usedtx=0\r\na=rtcp-fb:111 nack\r\na=ptime:20\r\n"), "no line is cut");
}

/** Two real peers of one page, tied together, with a tone and a moving picture. */
async function pair() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
  const wishes = [{ ...SHORT }, { ...SHORT }];
  const peers = [];
  const connections = [];
  const said = [];
  for (const side of [0, 1]) {
    const other = () => peers[1 - side];
    peers.push(
      new Peer({
        timers: { now: () => performance.now(), setTimeout: (task, ms) => setTimeout(task, ms), clearTimeout: (id) => clearTimeout(id) },
        newConnection: (configuration) => (connections[side] = new RTCPeerConnection(configuration)),
        newId: () => crypto.randomUUID(),
        configuration: {},
        polite: side === 1,
        track: (kind) => stream.getTracks().find((track) => track.kind === kind) ?? null,
        sendDescription: (kind, sdp) => {
          said.push(`${side} ${kind}`);
          other().describe(kind, sdp);
        },
        sendCandidate: (candidate) => other().candidate(candidate),
        changed: () => {},
        received: () => {},
        sound: () => wishes[side],
      }),
    );
  }
  peers[0].offer();
  await until(() => peers.every(({ state }) => state === "connected"), "both are connected");
  equal(said.splice(0), ["0 offer", "1 answer"]);
  return { peers, connections, wishes, said, close: () => peers.forEach((peer) => peer.close()) };
}

async function row(connection, type, kind) {
  const found = [];
  (await connection.getStats()).forEach((each) => void (each.type === type && each.kind === kind && found.push(each)));
  return found[0];
}

/** Packets with sound a second, in the half second that follows. */
async function packetsASecond(connection) {
  const first = await row(connection, "outbound-rtp", "audio");
  await until(async () => (await row(connection, "outbound-rtp", "audio")).timestamp - first.timestamp > 500, "time passes");
  const last = await row(connection, "outbound-rtp", "audio");
  return (last.packetsSent - first.packetsSent) / ((last.timestamp - first.timestamp) / 1000);
}

export async function test_long_packets_are_sent_as_soon_as_they_are_wished_for_and_short_ones_again_without_a_word() {
  const { peers, connections, wishes, said, close } = await pair();
  await until(async () => (await packetsASecond(connections[1])) > 40, "short packets at first");
  wishes[1] = LONG;
  peers[1].soundChanged();
  await until(async () => (await packetsASecond(connections[1])) < 22, "long packets");
  ok((await packetsASecond(connections[0])) > 40, "the other side goes on as it was");
  wishes[1] = SHORT;
  peers[1].soundChanged();
  await until(async () => (await packetsASecond(connections[1])) > 40, "short packets again");
  equal(said, [], "a description is large, and the line is thin");
  close();
}

/** Milliseconds that the voice waited before it was played, in the half second that follows. */
async function waits(connection) {
  await until(async () => (await row(connection, "inbound-rtp", "audio"))?.jitterBufferEmittedCount > 0, "a voice is played");
  const first = await row(connection, "inbound-rtp", "audio");
  await until(async () => (await row(connection, "inbound-rtp", "audio")).timestamp - first.timestamp > 500, "time passes");
  const last = await row(connection, "inbound-rtp", "audio");
  return ((last.jitterBufferDelay - first.jitterBufferDelay) / (last.jitterBufferEmittedCount - first.jitterBufferEmittedCount)) * 1000;
}

export async function test_on_a_thin_line_the_voice_waits_for_what_may_be_late_and_not_on_another() {
  const { peers, connections, close } = await pair();
  for (const connection of connections) {
    const player = new Audio();
    player.srcObject = new MediaStream([connection.getReceivers()[0].track]);
    await player.play();
  }
  const told = () => connections.map((connection) => connection.getReceivers().map(({ jitterBufferTarget }) => jitterBufferTarget));
  for (const level of [3, 2]) peers[0].sendAt(at(level));
  await until(async () => (await waits(connections[0])) > THIN_WAIT_MS - 20, "it waits");
  equal(told(), [[THIN_WAIT_MS, null], [null, null]], "each side says so for itself, of the voice");
  peers[0].sendAt(at(3));
  await until(() => told()[0][0] === null, "as long as the browser likes");
  close();
}

export async function test_a_level_is_what_the_senders_keep_to() {
  const { peers, connections, close } = await pair();
  const [sound, picture] = connections[0].getSenders();
  peers[0].sendAt(at(1));
  await until(() => picture.getParameters().encodings[0].maxBitrate === LEVELS[1].videoBits, "the picture's limit");
  equal(sound.getParameters().encodings[0], { ...sound.getParameters().encodings[0], maxBitrate: LEVELS[1].audioBits, priority: "high", networkPriority: "high" });
  equal(picture.getParameters().degradationPreference, "maintain-framerate");
  await until(async () => (await row(connections[0], "outbound-rtp", "video")).frameWidth === 160, "a small picture");
  peers[0].sendAt(at(0));
  await until(() => picture.getParameters().encodings[0].active === false, "no picture");
  peers[0].sendAt(at(4));
  // The browser itself goes on from there, as the picture gets along.
  await until(async () => (await row(connections[0], "outbound-rtp", "video")).frameWidth > 160, "a larger picture");
  equal(picture.getParameters().encodings[0].scaleResolutionDownBy, 1);
  close();
}

export async function test_both_sides_may_change_at_once_and_keep_what_they_were_told_to_send() {
  const { peers, connections, wishes, said, close } = await pair();
  for (const side of [0, 1]) {
    wishes[side] = LONG;
    peers[side].sendAt(at(1));
    peers[side].soundChanged();
  }
  for (const connection of connections) await until(async () => (await packetsASecond(connection)) < 22, "long packets");
  equal(said, []);
  equal(connections.map((connection) => connection.getSenders()[1].getParameters().encodings[0].maxBitrate), [40_000, 40_000]);
  close();
}

export async function test_another_path_is_found_after_the_sound_has_changed_on_both_sides() {
  const { peers, connections, wishes, said, close } = await pair();
  for (const side of [0, 1, 0]) {
    wishes[side] = wishes[side] === LONG ? SHORT : LONG;
    peers[side].soundChanged();
    peers[side].restart();
    await until(() => said.length === 2, "offer and answer");
    equal(said.splice(0), [`${side} offer`, `${1 - side} answer`]);
    await until(() => connections.every(({ signalingState, iceConnectionState }) => signalingState === "stable" && /^(connected|completed)$/.test(iceConnectionState)), "a path");
  }
  await until(async () => (await packetsASecond(connections[1])) < 22 && (await packetsASecond(connections[0])) > 40, "as wished");
  close();
}

export async function test_fresh_servers_are_no_reason_to_look_for_another_path() {
  const { peers, connections, wishes, said, close } = await pair();
  const iceServers = [{ urls: "stun:127.0.0.1:9" }];
  for (const peer of peers) peer.configure({ iceServers });
  wishes[0] = LONG;
  peers[0].soundChanged();
  await until(async () => (await packetsASecond(connections[0])) < 22, "long packets");
  equal(said, []);
  peers[0].restart();
  await until(() => said.length === 2, "offer and answer");
  equal(connections.map((connection) => connection.getConfiguration().iceServers.length), [1, 1], "both look with the fresh ones");
  peers[1].soundChanged();
  wishes[1] = LONG;
  peers[1].soundChanged();
  await until(async () => (await packetsASecond(connections[1])) < 22, "long packets");
  equal(said, ["0 offer", "1 answer"]);
  close();
}

/** The pictures that a connection has sent, and the codec they are in. */
async function pictures(connection) {
  const rows = [...(await connection.getStats()).values()];
  const row = rows.find(({ type, kind }) => type === "outbound-rtp" && kind === "video") ?? {};
  return { sent: row.framesSent ?? 0, codec: rows.find(({ id }) => id === row.codecId)?.mimeType };
}

export async function test_a_picture_that_rests_is_forgotten_and_comes_back_in_the_codec_it_had() {
  const two = await pair();
  const [sender] = two.connections[0].getTransceivers().filter(({ mid }) => mid === "1").map((one) => one.sender);
  const wished = () => sender.getParameters().encodings[0];
  two.peers[0].sendAt(at(4));
  await until(async () => (await pictures(two.connections[0])).sent > 2, "pictures are sent");
  const before = await pictures(two.connections[0]);
  two.peers[0].sendAt({ level: 1, part: 0, rests: true });
  await until(async () => !wished().active, "it rests");
  ok(wished().codec && wished().codec.mimeType !== before.codec, "a sender that changes its codec begins anew");
  two.peers[0].sendAt(at(1));
  await until(async () => wished().active, "it rests no more");
  const after = (await pictures(two.connections[0])).sent;
  await until(async () => (await pictures(two.connections[0])).sent > after + 2, "pictures are sent again");
  equal((await pictures(two.connections[0])).codec, before.codec);
  equal(two.said, [], "nothing was negotiated");
  two.close();
}

export async function test_a_browser_that_cannot_change_the_codec_rests_all_the_same() {
  const told = [];
  const sender = {
    track: null,
    getParameters: () => ({ encodings: [{}], codecs: [{ mimeType: "video/VP8" }, { mimeType: "video/rtx" }, { mimeType: "video/VP9" }] }),
    setParameters: async ({ encodings: [{ active, codec }] }) => {
      told.push([active, codec?.mimeType]);
      if (codec) throw new DOMException("not here", "InvalidModificationError");
    },
  };
  await sendAt({ getTransceivers: () => [{ sender, receiver: { track: { kind: "video" } }, mid: "1" }] }, { level: 1, part: 0, rests: true });
  equal(told, [[false, "video/VP9"], [false, undefined]]);
}
