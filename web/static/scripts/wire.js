// @ts-check
// Generated from consult/wire by `python -m consult.wire.describe_types`; a test keeps it current.

/** @typedef {"audio" | "video"} Media */
/** @typedef {"lowered" | "raised" | "video_off" | "video_on" | "saving" | "saving_off"} QualityStep */
/** @typedef {"found" | "denied" | "missing" | "busy" | "failed"} DeviceState */
/** @typedef {"heard" | "not_heard" | "unanswered" | "silent"} SpeakerState */
/** @typedef {"interpreter" | "colleague" | "companion"} GuestRole */
/** @typedef {"direct" | "stun" | "turn_udp" | "turn_tcp" | "turn_tls" | "none"} Path */
/** @typedef {"applicant" | "officer"} PersonSide */
/** @typedef {"applicant" | "officer" | "office"} EntryBy */
/** @typedef {"joined" | "message" | "served" | "officer_lost" | "applicant_away" | "returned" | "transferred" | "parked" | "resumed" | "photo" | "call_rang" | "call_connected" | "call_quality" | "call_screen" | "call_ended" | "guest" | "recording" | "ended" | "reopened" | "brought_forward"} EntryKind */
/** @typedef {"waiting" | "offered" | "serving" | "parked" | "ended"} Stage */
/** @typedef {"chat" | "video"} Channel */
/** @typedef {"offline" | "available" | "paused" | "draining" | "lost" | "disabled"} DutyState */
/** @typedef {"ringing" | "connecting" | "connected" | "ended"} CallStage */
/** @typedef {"asked" | "recording" | "declined" | "stopped"} RecordingStage */
/** @typedef {"good" | "fair" | "audio_only" | "chat_only"} CheckVerdict */
/** @typedef {{ t: "Hello", v: 1, stream: string, csrf: string, ticket?: string | null, guest?: string | null, epoch?: string | null, seqs?: Record<string, number> }} Hello */
/** @typedef {{ t: "Refresh", seqs?: Record<string, number> }} Refresh */
/** @typedef {{ t: "Ping", n: number }} Ping */
/** @typedef {{ t: "PostMessage", cseq: number, ticket: string, text: string }} PostMessage */
/** @typedef {{ t: "MarkSeen", ticket: string, delivered: number, read: number }} MarkSeen */
/** @typedef {{ t: "Typing", ticket: string }} Typing */
/** @typedef {{ t: "LeaveQueue", cseq: number, ticket: string }} LeaveQueue */
/** @typedef {{ t: "EndConsultation", cseq: number, ticket: string, epoch?: number | null }} EndConsultation */
/** @typedef {{ t: "ReopenConsultation", cseq: number, ticket: string }} ReopenConsultation */
/** @typedef {{ t: "RateConsultation", cseq: number, ticket: string, score: number, remark?: string }} RateConsultation */
/** @typedef {{ t: "AskTransferTargets", ticket: string }} AskTransferTargets */
/** @typedef {{ t: "TransferConsultation", cseq: number, ticket: string, epoch: number, note: string, service?: string | null, officer?: string | null }} TransferConsultation */
/** @typedef {{ t: "FindNumber", label: string }} FindNumber */
/** @typedef {{ t: "CloseConsultation", cseq: number, ticket: string, epoch: number, reason: string }} CloseConsultation */
/** @typedef {{ t: "BlockTicket", cseq: number, ticket: string, reason: string }} BlockTicket */
/** @typedef {{ t: "EndShift", cseq: number, officer: string }} EndShift */
/** @typedef {{ t: "BeReady", cseq: number }} BeReady */
/** @typedef {{ t: "Pause", cseq: number, reason?: string }} Pause */
/** @typedef {{ t: "FinishShift", cseq: number }} FinishShift */
/** @typedef {{ t: "AcceptOffer", cseq: number, ticket: string, attempt: number }} AcceptOffer */
/** @typedef {{ t: "PassOffer", cseq: number, ticket: string, attempt: number }} PassOffer */
/** @typedef {{ t: "ServeNext", cseq: number }} ServeNext */
/** @typedef {{ t: "Ring", cseq: number, ticket: string, media: Media, hide?: boolean }} Ring */
/** @typedef {{ t: "AcceptCall", cseq: number, ticket: string, call: string, media: Media, hide?: boolean }} AcceptCall */
/** @typedef {{ t: "DeclineCall", cseq: number, ticket: string, call: string }} DeclineCall */
/** @typedef {{ t: "HangUp", cseq: number, ticket: string, call: string }} HangUp */
/** @typedef {{ t: "ReportConnected", cseq: number, ticket: string, call: string, generation: number }} ReportConnected */
/** @typedef {{ t: "ReportInterrupted", cseq: number, ticket: string, call: string, generation: number }} ReportInterrupted */
/** @typedef {{ t: "RenewCall", cseq: number, ticket: string, call: string, generation: number, rung?: "audio" | "relay" | null, hide?: boolean | null }} RenewCall */
/** @typedef {{ t: "ReportLost", cseq: number, ticket: string, call: string, generation: number }} ReportLost */
/** @typedef {{ t: "ReportQuality", cseq: number, ticket: string, call: string, step: QualityStep, level: number }} ReportQuality */
/** @typedef {{ t: "ReportScreen", cseq: number, ticket: string, call: string, on: boolean }} ReportScreen */
/** @typedef {{ t: "InviteGuest", cseq: number, ticket: string, role: GuestRole, secret_hash: string }} InviteGuest */
/** @typedef {{ t: "AdmitGuest", cseq: number, ticket: string, guest: string }} AdmitGuest */
/** @typedef {{ t: "DismissGuest", cseq: number, ticket: string, guest: string }} DismissGuest */
/** @typedef {{ t: "LeaveCall", cseq: number, ticket: string, guest: string }} LeaveCall */
/** @typedef {{ t: "ListenIn", cseq: number, ticket: string, call: string }} ListenIn */
/** @typedef {{ t: "AcknowledgeListener", cseq: number, ticket: string, guest: string }} AcknowledgeListener */
/** @typedef {{ t: "StopListening", cseq: number, ticket: string, guest: string }} StopListening */
/** @typedef {{ t: "BringForward", cseq: number, ticket: string, minutes: number, reason: string }} BringForward */
/** @typedef {{ t: "JoinLeg", cseq: number, ticket: string, call: string, guest: string, between: PersonSide, generation?: number }} JoinLeg */
/** @typedef {{ t: "SendDescription", ticket: string, call: string, generation: number, kind: "answer" | "offer", sdp: string, leg?: string | null }} SendDescription */
/** @typedef {{ t: "SendCandidate", ticket: string, call: string, generation: number, candidate: string, mid?: string | null, line?: number | null, ufrag?: string | null, leg?: string | null }} SendCandidate */
/** @typedef {{ t: "AskIceServers", ticket: string, call: string, generation: number, leg?: string | null }} AskIceServers */
/** @typedef {{ t: "AskRestart", ticket: string, call: string, generation: number, leg?: string | null }} AskRestart */
/** @typedef {{ t: "SendCode", ticket: string, call: string, generation: number, step: "commitment" | "nonce" | "opening", value: string, leg?: string | null }} SendCode */
/** @typedef {{ t: "SendMediaState", ticket: string, call: string, generation: number, audio: boolean, video: boolean, level?: number, wanted?: number, saving?: boolean, anew?: boolean, away?: boolean, leg?: string | null, screen?: boolean }} SendMediaState */
/** @typedef {{ t: "AskRecording", cseq: number, ticket: string, call: string }} AskRecording */
/** @typedef {{ t: "AnswerRecording", cseq: number, ticket: string, recording: string, text: number, yes: boolean }} AnswerRecording */
/** @typedef {{ t: "WithdrawRecording", cseq: number, ticket: string, recording: string }} WithdrawRecording */
/** @typedef {{ t: "StopRecording", cseq: number, ticket: string, recording: string, why?: "recorder_lost" | "stopped" }} StopRecording */
/** @typedef {{ t: "BeginRecorder", cseq: number, ticket: string, recording: string, attempt: string }} BeginRecorder */
/** @typedef {{ t: "SendRecorderOffer", ticket: string, recording: string, attempt: string, sdp: string }} SendRecorderOffer */
/** @typedef {{ t: "SendRecorderCandidate", ticket: string, recording: string, attempt: string, candidate: string, mid?: string | null, line?: number | null }} SendRecorderCandidate */
/** @typedef {{ t: "BeginCheck", ticket: string, check: string, hide?: boolean }} BeginCheck */
/** @typedef {{ t: "SendCheckOffer", ticket: string, check: string, sdp: string }} SendCheckOffer */
/** @typedef {{ t: "SendCheckCandidate", ticket: string, check: string, candidate: string, mid?: string | null, line?: number | null }} SendCheckCandidate */
/** @typedef {{ t: "ReportCheck", cseq: number, ticket: string, check: string, camera: DeviceState, microphone: DeviceState, speaker: SpeakerState, signalling_ms: number, path: Path, down_packets?: number, down_lost?: number, down_kbps?: number, level_db?: number | null, rtt_ms?: number | null, looped_kbps?: number | null, relays?: Record<string, boolean> }} ReportCheck */
/** @typedef {{ seq: number, at: number, kind: EntryKind, by: EntryBy, name?: string, text?: string, values?: Record<string, string | number> }} Entry */
/** @typedef {{ applicant_delivered: number, applicant_read: number, officer_delivered: number, officer_read: number }} Seen */
/** @typedef {{ id: string, ticket: string, stage: CallStage, generation: number, revision: number, media: Media, started_by: PersonSide, polite?: boolean, accepted_media?: Media | null, taken_by?: string | null, ring_expires_at?: number | null, connected_at?: number | null, reconnects_until?: number | null, ended_reason?: string | null, ice_servers?: Array<Record<string, string | Array<string>>>, relay_only?: boolean, rung?: "audio" | "direct" | "relay", ice_seconds?: number | null, hidden?: boolean }} CallShown */
/** @typedef {{ id: string, ticket: string, role: "colleague" | "companion" | "interpreter" | "supervisor", stage: "admitted" | "asking" | "ended" | "invited", revision: number, invited_by: EntryBy, name?: string, admitted_by?: Array<PersonSide>, expires_at?: number | null, ended_reason?: string | null }} GuestShown */
/** @typedef {{ id: string, ticket: string, call: string, guest: string, between: PersonSide, generation: number, revision: number, polite?: boolean, ready?: boolean, taken_by?: string | null, media?: Media, ice_servers?: Array<Record<string, string | Array<string>>>, relay_only?: boolean, ice_seconds?: number | null, listens?: boolean }} LegShown */
/** @typedef {{ id: string, ticket: string, call: string, stage: RecordingStage, revision: number, text_version: number, keep_days: number, slice_seconds: number, agreed: Array<string>, waits_for: Array<string>, recorder: string, started_at?: number | null, reason?: string, ended_by?: string }} RecordingShown */
/** @typedef {{ id: string, label: string, service: string, service_name: string, channel: Channel, stage: Stage, joined_at: number, assignment_epoch?: number, officer_name?: string | null, officer_online?: boolean | null, served_at?: number | null, ended_at?: number | null, ended_reason?: string | null, name?: string, service_name_en?: string }} Ticket */
/** @typedef {{ at: number, verdict: CheckVerdict, path: string, camera: string, microphone: string, speaker: string, signalling_ms: number, advice?: Array<string>, level_db?: number | null, rtt_ms?: number | null, loss_permille?: number | null, jitter_ms?: number | null, up_kbps?: number | null, down_kbps?: number | null, throughput_by?: "loop" | "reflected" | null, relays?: Record<string, boolean> }} DeviceCheck */
/** @typedef {{ at: number, name: string, text: string }} TransferNote */
/** @typedef {{ id: string, name: string, name_en: string, on_duty?: number }} ServiceTarget */
/** @typedef {{ id: string, name: string, state: DutyState }} OfficerTarget */
/** @typedef {{ ticket: Ticket, phone: string, application_number: string, wait_seconds: number, seen: Seen, entries: Array<Entry>, applicant_online?: boolean, call?: CallShown | null, check?: DeviceCheck | null, guest?: GuestShown | null, leg?: LegShown | null, recording?: RecordingShown | null, note?: TransferNote | null }} Conversation */
/** @typedef {{ ticket: string, attempt: number, label: string, name: string, service_name: string, application_number: string, channel: Channel, units: number, wait_seconds: number, expires_at: number, service_name_en?: string, check?: DeviceCheck | null, lasts_ms?: number }} Offer */
/** @typedef {{ state: DutyState, reason: string, since_at: number, load: number, capacity: number, revision: number }} Duty */
/** @typedef {{ label: string, service_name: string, channel: Channel, joined_at: number, returned?: boolean, service_name_en?: string, for_you?: boolean }} Waiting */
/** @typedef {{ id: string, name: string, letter: string, waiting: number, waiting_chat: number, waiting_video: number, serving: number, officers_on_duty: number, longest_since_at?: number | null, longest_label?: string | null, name_en?: string }} ServiceFigures */
/** @typedef {{ id: string, name: string, state: DutyState, reason: string, since_at: number, load: number, capacity: number, chats: number, calls: number, offered?: boolean }} OfficerFigures */
/** @typedef {{ id: string, ticket: string, label: string, service_name: string, service_name_en: string, officer_name: string, media: Media, connected_at?: number | null, chair?: "" | "colleague" | "companion" | "interpreter" | "supervisor", listener?: string }} CallFigures */
/** @typedef {{ id: string, label: string, service_name: string, service_name_en: string, stage: Stage, since_at: number, epoch?: number, officer_name?: string, call?: "" | "audio" | "video" }} TicketFigures */
/** @typedef {{ label: string, service_name: string, service_name_en: string, times: number }} ReturnedFigures */
/** @typedef {{ frame_bytes: number, chat_characters: number, ping_seconds: number, call_ping_seconds: number, dead_seconds: number, call_dead_seconds: number }} Limits */
/** @typedef {{ reopen_seconds?: number, priority_minutes?: number, rating_seconds?: number, rated?: number | null }} AfterEnd */
/** @typedef {{ t: "WelcomeApplicant", v: number, epoch: string, now: number, last_cseq: number, limits: Limits, ticket: Ticket, entries: Array<Entry>, last_seq: number, seen: Seen, whole: boolean, language: string, position?: PositionTold | null, call?: CallShown | null, seen_from?: string, check?: DeviceCheck | null, guest?: GuestShown | null, leg?: LegShown | null, recording?: RecordingShown | null, relay?: boolean, after?: AfterEnd | null }} WelcomeApplicant */
/** @typedef {{ t: "WelcomeOfficer", v: number, epoch: string, now: number, last_cseq: number, limits: Limits, name: string, duty: Duty, conversations: Array<Conversation>, whole: Array<string>, line: Array<Waiting>, line_total: number, offer?: Offer | null, seen_from?: string }} WelcomeOfficer */
/** @typedef {{ t: "WelcomeSupervisor", v: number, epoch: string, now: number, last_cseq: number, limits: Limits, name: string, board: BoardShown, listening?: GuestShown | null, legs?: Array<LegShown>, seen_from?: string }} WelcomeSupervisor */
/** @typedef {{ t: "WelcomeGuest", v: number, epoch: string, now: number, last_cseq: number, limits: Limits, guest: GuestShown, legs?: Array<LegShown>, officer_name?: string, applicant_name?: string, seen_from?: string, recording?: RecordingShown | null }} WelcomeGuest */
/** @typedef {{ t: "Pong", n: number, now: number, seqs: Record<string, number>, revision?: number | null }} Pong */
/** @typedef {{ t: "Acked", cseq: number, at: number, seq?: number | null }} Acked */
/** @typedef {{ t: "Refused", code: string, cseq?: number | null, retry_ms?: number | null, values?: Record<string, string | number> }} Refused */
/** @typedef {{ t: "EntryAdded", ticket: string, entry: Entry }} EntryAdded */
/** @typedef {{ t: "SeenMarked", ticket: string, seen: Seen }} SeenMarked */
/** @typedef {{ t: "TypingShown", ticket: string, by: PersonSide }} TypingShown */
/** @typedef {{ t: "PresenceTold", ticket: string, by: PersonSide, online: boolean }} PresenceTold */
/** @typedef {{ t: "PositionTold", ticket: string, position: number, waiting: number, officers_on_duty: number, at: number, wait_low_seconds?: number | null, wait_high_seconds?: number | null }} PositionTold */
/** @typedef {{ t: "TicketChanged", ticket: Ticket }} TicketChanged */
/** @typedef {{ t: "OfferMade", offer: Offer }} OfferMade */
/** @typedef {{ t: "OfferWithdrawn", ticket: string, attempt: number, why: string }} OfferWithdrawn */
/** @typedef {{ t: "DutyChanged", duty: Duty }} DutyChanged */
/** @typedef {{ t: "ConversationOpened", conversation: Conversation }} ConversationOpened */
/** @typedef {{ t: "ConversationClosed", ticket: string, why: string }} ConversationClosed */
/** @typedef {{ t: "TransferTargets", ticket: string, services: Array<ServiceTarget>, officers: Array<OfficerTarget> }} TransferTargets */
/** @typedef {{ t: "LineShown", line: Array<Waiting>, line_total: number }} LineShown */
/** @typedef {{ t: "BoardShown", at: number, services: Array<ServiceFigures>, officers: Array<OfficerFigures>, redis_away?: boolean, calls?: Array<CallFigures>, served?: Array<TicketFigures>, returned?: Array<ReturnedFigures> }} BoardShown */
/** @typedef {{ t: "NumberFound", label: string, tickets: Array<TicketFigures> }} NumberFound */
/** @typedef {{ t: "CallChanged", call: CallShown }} CallChanged */
/** @typedef {{ t: "GuestChanged", guest: GuestShown }} GuestChanged */
/** @typedef {{ t: "LegChanged", leg: LegShown }} LegChanged */
/** @typedef {{ t: "LegsEnded", ticket: string, call: string }} LegsEnded */
/** @typedef {{ t: "DescriptionRelayed", ticket: string, call: string, generation: number, kind: "answer" | "offer", sdp: string, leg?: string | null }} DescriptionRelayed */
/** @typedef {{ t: "CandidateRelayed", ticket: string, call: string, generation: number, candidate: string, mid?: string | null, line?: number | null, ufrag?: string | null, leg?: string | null }} CandidateRelayed */
/** @typedef {{ t: "MediaStateTold", ticket: string, call: string, generation: number, audio: boolean, video: boolean, level?: number, wanted?: number, saving?: boolean, anew?: boolean, away?: boolean, leg?: string | null, screen?: boolean }} MediaStateTold */
/** @typedef {{ t: "CodeRelayed", ticket: string, call: string, generation: number, step: "commitment" | "nonce" | "opening", value: string, leg?: string | null }} CodeRelayed */
/** @typedef {{ t: "RestartAsked", ticket: string, call: string, generation: number, leg?: string | null }} RestartAsked */
/** @typedef {{ t: "RecordingChanged", recording: RecordingShown }} RecordingChanged */
/** @typedef {{ t: "RecorderBegun", ticket: string, recording: string, attempt: string, ice_servers: Array<Record<string, string | Array<string>>> }} RecorderBegun */
/** @typedef {{ t: "RecorderAnswered", ticket: string, recording: string, attempt: string, sdp: string }} RecorderAnswered */
/** @typedef {{ t: "CheckBegun", ticket: string, check: string, seconds: number, ice_servers: Array<Record<string, string | Array<string>>>, relay_only?: boolean }} CheckBegun */
/** @typedef {{ t: "CheckAnswered", ticket: string, check: string, sdp: string }} CheckAnswered */
/** @typedef {{ t: "CheckStopped", ticket: string, check: string, why: string }} CheckStopped */
/** @typedef {{ t: "CheckKept", ticket: string, result: DeviceCheck }} CheckKept */
/** @typedef {{ t: "DisruptionTold", lasts: boolean }} DisruptionTold */
/** @typedef {{ t: "ReconnectAsked", after_ms: number, why: string }} ReconnectAsked */
/** @typedef {Hello | Refresh | Ping | PostMessage | MarkSeen | Typing | LeaveQueue | EndConsultation | ReopenConsultation | RateConsultation | AskTransferTargets | TransferConsultation | FindNumber | CloseConsultation | BlockTicket | EndShift | BeReady | Pause | FinishShift | AcceptOffer | PassOffer | ServeNext | Ring | AcceptCall | DeclineCall | HangUp | ReportConnected | ReportInterrupted | RenewCall | ReportLost | ReportQuality | ReportScreen | InviteGuest | AdmitGuest | DismissGuest | LeaveCall | ListenIn | AcknowledgeListener | StopListening | BringForward | JoinLeg | SendDescription | SendCandidate | SendCode | SendMediaState | AskRestart | AskIceServers | AskRecording | AnswerRecording | WithdrawRecording | StopRecording | BeginRecorder | SendRecorderOffer | SendRecorderCandidate | BeginCheck | SendCheckOffer | SendCheckCandidate | ReportCheck} ClientFrame */
/** @typedef {WelcomeApplicant | WelcomeOfficer | WelcomeSupervisor | WelcomeGuest | Pong | Acked | Refused | EntryAdded | SeenMarked | TypingShown | PresenceTold | PositionTold | TicketChanged | OfferMade | OfferWithdrawn | DutyChanged | ConversationOpened | ConversationClosed | TransferTargets | LineShown | BoardShown | NumberFound | CallChanged | GuestChanged | LegChanged | LegsEnded | DescriptionRelayed | CandidateRelayed | MediaStateTold | CodeRelayed | RestartAsked | RecordingChanged | RecorderBegun | RecorderAnswered | CheckBegun | CheckAnswered | CheckStopped | CheckKept | DisruptionTold | ReconnectAsked} ServerFrame */

/** @typedef {"resume" | "resume_now" | "anew" | "reload" | "wait" | "no"} Return */
/** What a close code means and whether to come back.
 * @type {Readonly<Record<number, { name: string, reason: string, returns: Return }>>} */
export const CLOSES = Object.freeze({
  1000: { name: "NORMAL", reason: "normal", returns: "no" },
  1001: { name: "GOING_AWAY", reason: "page left", returns: "no" },
  1007: { name: "BAD_UTF8", reason: "text is not UTF-8", returns: "no" },
  1009: { name: "TOO_LARGE", reason: "frame too large", returns: "no" },
  1012: { name: "RESTART", reason: "server restarts", returns: "resume" },
  4000: { name: "SERVER_ERROR", reason: "server error", returns: "resume" },
  4001: { name: "HELLO_MISSING", reason: "no hello in time", returns: "resume" },
  4002: { name: "HEARTBEAT_LOST", reason: "heartbeat lost", returns: "resume_now" },
  4008: { name: "SLOW_READER", reason: "reader too slow", returns: "resume" },
  4009: { name: "REPLACED", reason: "opened on another device", returns: "no" },
  4100: { name: "SESSION_ENDED", reason: "session ended", returns: "anew" },
  4101: { name: "VERSION_UNKNOWN", reason: "protocol version unknown", returns: "reload" },
  4103: { name: "RESUME_REFUSED", reason: "resume refused", returns: "anew" },
  4400: { name: "MALFORMED", reason: "malformed frame", returns: "no" },
  4403: { name: "FORBIDDEN", reason: "not allowed", returns: "no" },
  4429: { name: "FLOOD", reason: "too many frames", returns: "wait" },
});
