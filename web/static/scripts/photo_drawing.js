// @ts-check
// Photos in this browser before they are sent: made as small as a document allows, or taken from a camera that is on.

/** @typedef {"heic" | "kind"} Unreadable */

// A page of A4 at 250 dots an inch: its smallest print can be read.
export const LONG_SIDE = 3000;
const ENOUGH_BYTES = 4_000_000;
const QUALITIES = [0.86, 0.75, 0.6];
const SETTLE_MS = 1_500;

/** This browser cannot read the file; `reason` says what it probably is. */
export class NotAPhoto extends Error {
  /** @param {Unreadable} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The photo as JPEG, turned as it was held, at most 3000 pixels long. Rejects with NotAPhoto. @param {Blob} file @returns {Promise<Blob>} */
export async function shrunk(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return await drawn(image, image.naturalWidth, image.naturalHeight);
  } catch {
    throw new NotAPhoto(await isHeic(file) ? "heic" : "kind");
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** What the camera sees, as sharp as it can. @param {MediaStreamTrack} track @returns {Promise<Blob>} */
export async function still(track) {
  const taken = await taking(track);
  return taken ? shrunk(taken) : grabbed(track);
}

/** The camera's own photo, where the browser can ask for one (W3C Image Capture). @param {MediaStreamTrack} track @returns {Promise<Blob | null>} */
async function taking(track) {
  const Taker = /** @type {any} */ (globalThis).ImageCapture;
  if (!Taker) return null;
  try {
    const taker = new Taker(track);
    const { imageWidth } = await taker.getPhotoCapabilities();
    return await taker.takePhoto(imageWidth?.max ? { imageWidth: Math.min(imageWidth.max, LONG_SIDE) } : undefined);
  } catch {
    return null;
  }
}

/** A frame of the video at the most the camera gives; then the call goes on as it was. @param {MediaStreamTrack} track */
async function grabbed(track) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const usual = track.getConstraints();
  try {
    await track.applyConstraints({ ...usual, width: { ideal: 4096 }, height: { ideal: 4096 } }).catch(() => {});
    video.srcObject = new MediaStream([track]);
    await video.play();
    await settled(video, track);
    return await drawn(video, video.videoWidth, video.videoHeight);
  } finally {
    video.srcObject = null;
    await track.applyConstraints(usual).catch(() => {});
  }
}

/** Until the frames have the size that was asked for. @param {HTMLVideoElement} video @param {MediaStreamTrack} track */
async function settled(video, track) {
  const until = performance.now() + SETTLE_MS;
  while (video.videoWidth !== track.getSettings().width && performance.now() < until) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @returns {Promise<Blob>} */
async function drawn(source, width, height) {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { alpha: false });
  if (!pen || width === 0) throw new Error("nothing to draw");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  let photo = null;
  for (const quality of QUALITIES) {
    photo = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (photo && photo.size <= ENOUGH_BYTES) break;
  }
  // Phones give a page little memory for canvases.
  canvas.width = canvas.height = 0;
  if (!photo) throw new Error("nothing was drawn");
  return photo;
}

/** @param {Blob} file */
async function isHeic(file) {
  const head = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  return /^ftyp(hei|hev|mif1|msf1)/.test(head);
}
