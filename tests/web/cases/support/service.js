import { Channel } from "/scripts/models/channel.js";
import { Stream, emptyRecord } from "/scripts/models/stream.js";
import { Time, settle } from "./time.js";

export const LIMITS = {
  frame_bytes: 65_536,
  chat_characters: 4_000,
  ping_seconds: 10,
  call_ping_seconds: 1,
  dead_seconds: 25,
  call_dead_seconds: 3,
};

/** A socket whose other end is the test. */
class TestSocket {
  onopen = null;
  onmessage = null;
  onclose = null;
  sent = [];
  closedWith = null;

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.closedWith = code;
  }

  /** Frames of one type. */
  of(type) {
    return this.sent.filter(({ t }) => t === type);
  }

  async opens() {
    this.onopen?.({});
    await settle();
  }

  async says(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
    await settle();
  }

  async closes(code) {
    this.onclose?.({ code });
    await settle();
  }
}

/** A channel, the sockets it opens, and the time they live in. */
export class Service {
  time = new Time();
  sockets = [];
  random = 0.5;
  saved = null;
  renewed = [];
  #ids = 0;

  constructor({ record = emptyRecord("stream-of-this-tab"), ticket = "ticket1", renew = async () => null } = {}) {
    const newId = () => `another-stream-${++this.#ids}`;
    this.stream = new Stream({ record, newId, save: (kept) => (this.saved = structuredClone(kept)) });
    this.channel = new Channel({
      open: (failed) => {
        this.opened?.(failed);
        const socket = new TestSocket();
        this.sockets.push(socket);
        return socket;
      },
      csrf: "csrf1",
      ticket,
      renew,
      stream: this.stream,
      timers: this.time,
      wallClock: this.time.now,
      random: () => this.random,
    });
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** Starts and welcomes the page. */
  async online(welcome = {}) {
    this.channel.start();
    await this.welcome(welcome);
    return this;
  }

  /** Opens and welcomes the newest socket. */
  async welcome(welcome = {}) {
    await this.socket.opens();
    await this.socket.says(welcomeFrame({ now: this.time.ms, ...welcome }));
  }

  /** Lets the page try again until one of its sockets is answered. */
  async comesBack(welcome = {}) {
    while (this.socket.onopen === null) await this.time.pass(500);
    await this.welcome({ now: this.time.ms, ...welcome });
  }

  async acks(cseq, seq = null) {
    await this.socket.says({ t: "Acked", cseq, at: this.time.ms, ...(seq === null ? {} : { seq }) });
  }
}

export function welcomeFrame(values = {}) {
  return {
    t: "WelcomeApplicant",
    v: 1,
    epoch: "epoch1",
    now: 0,
    last_cseq: 0,
    limits: LIMITS,
    ticket: { id: "ticket1", label: "B-014", service: "s", service_name: "S", channel: "chat", stage: "serving", joined_at: 0 },
    entries: [],
    last_seq: 0,
    seen: { applicant_delivered: 0, applicant_read: 0, officer_delivered: 0, officer_read: 0 },
    whole: false,
    language: "id",
    ...values,
  };
}

export const message = (text, ticket = "ticket1") => ({ t: "PostMessage", ticket, text });
