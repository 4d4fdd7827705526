// @ts-check
// What a device check needs of this browser: a tone, the microphone's level, and something to send that shows nobody.

const WIDTH = 320;
const HEIGHT = 240;
const FPS = 15;
const TONE_HZ = 660;
const TONE_SECONDS = 0.8;
const LOOK_MS = 50;

/** @returns {import("./models/check_parts.js").CheckTools} */
export function checkTools() {
  /** @type {AudioContext | null} */
  let context = null;
  const audio = () => (context ??= new AudioContext());
  return {
    async tone() {
      // Without a tap, or without a device, `resume` may wait for ever.
      await Promise.race([audio().resume().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 500))]);
      if (audio().state !== "running") return false;
      play(audio());
      return true;
    },
    level: (stream) => level(audio(), stream),
    made: () => made(audio()),
  };
}

/** @param {AudioContext} audio */
function play(audio) {
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  const start = audio.currentTime;
  tone.frequency.value = TONE_HZ;
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(0.25, start + 0.05);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + TONE_SECONDS);
  tone.connect(gain).connect(audio.destination);
  tone.start(start);
  tone.stop(start + TONE_SECONDS);
}

/** @param {AudioContext} audio @param {MediaStream} stream @returns {import("./models/check_parts.js").Level} */
function level(audio, stream) {
  const source = audio.createMediaStreamSource(stream);
  const analyser = audio.createAnalyser();
  const samples = new Float32Array(analyser.fftSize);
  source.connect(analyser);
  /** @type {number | null} */
  let loudest = null;
  const looking = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
    const db = power > 0 ? 10 * Math.log10(power) : -127;
    loudest = Math.max(loudest ?? -127, db);
  }, LOOK_MS);
  return {
    db: () => loudest,
    close() {
      clearInterval(looking);
      source.disconnect();
    },
  };
}

/** Noise: no encoder makes it small, so it fills whatever the network gives. @param {AudioContext} audio */
function made(audio) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = pen.createImageData(WIDTH, HEIGHT);
  const pixels = new Uint32Array(image.data.buffer);
  const draw = () => {
    for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (Math.random() * 0xffffff);
    pen.putImageData(image, 0, 0);
  };
  draw();
  const drawing = setInterval(draw, 1000 / FPS);
  const hum = audio.createOscillator();
  const heard = audio.createMediaStreamDestination();
  hum.connect(heard);
  hum.start();
  const stream = canvas.captureStream(FPS);
  for (const track of heard.stream.getTracks()) stream.addTrack(track);
  return {
    stream,
    close() {
      clearInterval(drawing);
      hum.stop();
      for (const track of stream.getTracks()) track.stop();
    },
  };
}
