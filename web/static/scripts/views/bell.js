// @ts-check
// Soft tones made in the browser, so no sound file is needed. Browsers stay silent until somebody tapped.

/** Hertz, one after the other. @type {Record<Tune, number[]>} */
const TUNES = { bell: [659.25, 880], waiting: [440], joined: [523.25, 783.99], ended: [587.33, 392] };
const REPEAT_MS = 2500;

/** @typedef {"bell" | "waiting" | "joined" | "ended"} Tune `waiting`: what somebody hears who rings the other side */
/**
 * @typedef {object} Bell
 * @property {() => Promise<boolean>} unlock call inside a tap; whether sound is possible now
 * @property {(tune?: Tune) => void} once
 * @property {(tune?: Tune) => void} ring repeats until `stop`
 * @property {() => void} stop
 * @property {boolean} blocked the browser refuses sound until somebody taps
 * @property {(listener: () => void) => void} onBlocked told when a sound was wanted and refused
 */

/** @returns {Bell} */
export function createBell() {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let repeating;
  /** @type {(() => void)[]} */
  const listeners = [];

  const open = () => (context ??= new AudioContext());

  const unlock = async () => {
    try {
      await open().resume();
    } catch {
      return false;
    }
    return open().state === "running";
  };

  /** @param {Tune} [tune] */
  const once = (tune = "bell") => {
    const audio = open();
    if (audio.state === "running") return play(audio, TUNES[tune]);
    // Without a tap `resume` may wait for ever: ask, look again in a moment.
    void audio.resume().catch(() => {});
    setTimeout(() => {
      if (audio.state === "running") play(audio, TUNES[tune]);
      else for (const listener of listeners) listener();
    }, 300);
  };

  return {
    unlock,
    once,
    ring(tune = "bell") {
      if (repeating !== undefined) return;
      once(tune);
      repeating = setInterval(() => once(tune), REPEAT_MS);
    },
    stop() {
      clearInterval(repeating);
      repeating = undefined;
    },
    get blocked() {
      return context !== null && context.state !== "running";
    },
    onBlocked(listener) {
      listeners.push(listener);
    },
  };
}

/** @param {AudioContext} audio @param {number[]} notes hertz */
function play(audio, notes) {
  notes.forEach((frequency, index) => {
    const start = audio.currentTime + index * 0.22;
    const tone = audio.createOscillator();
    const level = audio.createGain();
    tone.frequency.value = frequency;
    level.gain.setValueAtTime(0.0001, start);
    level.gain.exponentialRampToValueAtTime(0.25, start + 0.03);
    level.gain.exponentialRampToValueAtTime(0.0001, start + 0.5);
    tone.connect(level).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.55);
  });
}
