// Put into each page before its own scripts: keeps its connections and when what was seen, for measuring from outside.
(() => {
  const Native = window.RTCPeerConnection;
  const watched = { connections: [], connectedAt: 0, clickedAt: 0, framesAt: [] };
  window.watched = watched;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      watched.connections.push(this);
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") watched.connectedAt = Date.now();
      });
    }
  };
  document.addEventListener("click", () => (watched.clickedAt = Date.now()), true);

  let shown = 0;
  setInterval(() => {
    const video = document.querySelector("video[data-part=remote]");
    // Firefox counts no frames of a call in the standard place.
    const frames = video?.mozPaintedFrames ?? video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
    if (frames > shown) watched.framesAt.push(Date.now());
    if (watched.framesAt.length > 4_000) watched.framesAt.splice(0, 2_000);
    shown = frames;
  }, 20);

  /** When pictures moved again after `since`: the first of ten new ones within two seconds; 0 when they do not yet. */
  watched.movingSince = (since) => {
    const after = watched.framesAt.filter((at) => at > since);
    return after.find((at, index) => after[index + 9] - at < 2_000) ?? 0;
  };

  /** What the newest connection says of itself. */
  watched.figures = async () => {
    const open = watched.connections.filter((one) => one.connectionState !== "closed").at(-1);
    if (!open) return null;
    const stats = [...(await open.getStats()).values()];
    const of = (type, kind) => stats.find((one) => one.type === type && (!kind || one.kind === kind)) ?? {};
    const byId = (id) => stats.find((one) => one.id === id) ?? {};
    const transport = of("transport");
    const pair = transport.selectedCandidatePairId
      ? byId(transport.selectedCandidatePairId)
      : (stats.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded") ?? {});
    const local = byId(pair.localCandidateId);
    const audio = of("inbound-rtp", "audio");
    const video = of("inbound-rtp", "video");
    return {
      at: Date.now(),
      local: local.candidateType ?? "",
      remote: byId(pair.remoteCandidateId).candidateType ?? "",
      relayedBy: local.relayProtocol ?? "",
      concealed: audio.concealedSamples ?? 0,
      samples: audio.totalSamplesReceived ?? 0,
      audioPackets: audio.packetsReceived ?? 0,
      audioLost: audio.packetsLost ?? 0,
      frames: video.framesDecoded ?? 0,
      width: video.frameWidth ?? 0,
      videoBytes: video.bytesReceived ?? 0,
      bytesSent: transport.bytesSent ?? pair.bytesSent ?? 0,
    };
  };
})();
