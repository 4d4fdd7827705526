// @ts-check
// Two soft tones made in the browser, so no sound file is needed. Browsers stay silent until somebody tapped.

const NOTES_HZ = [659.25, 880];
const REPEAT_MS = 2500;

/**
 * @typedef {object} Bell
 * @property {() => Promise<boolean>} unlock call inside a tap; whether sound is possible now
 * @property {() => void} once
 * @property {() => void} ring repeats until `stop`
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

  const once = () => {
    const audio = open();
    if (audio.state === "running") return play(audio);
    // Without a tap `resume` may wait for ever: ask, look again in a moment.
    void audio.resume().catch(() => {});
    setTimeout(() => {
      if (audio.state === "running") play(audio);
      else for (const listener of listeners) listener();
    }, 300);
  };

  return {
    unlock,
    once,
    ring() {
      if (repeating !== undefined) return;
      once();
      repeating = setInterval(once, REPEAT_MS);
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

/** @param {AudioContext} audio */
function play(audio) {
  NOTES_HZ.forEach((frequency, index) => {
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
