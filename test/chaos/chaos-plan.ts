import { type Random, seededRandom } from "../../src/core/random.ts";
import type { Fault } from "../../src/simulator/index.ts";

/** Something that goes wrong at a moment of the run. */
export interface Mishap {
  readonly atMs: number;
  readonly kind: string;
  readonly faults: readonly Fault[];
}

const CUT: Fault = { kind: "cut" };
const LONGEST_GHOST_MS = 500;
/** A part of the history's requests fails in a way that may pass. */
const HISTORY = "/v2/stocks/";

/** Every way in which a connection, a step of its conversation, or the history goes wrong. */
const MISHAPS: Readonly<Record<string, (random: Random) => readonly Fault[]>> = {
  cut: () => [CUT],
  close: () => [{ kind: "close" }],
  ghost: (random) => [{ kind: "ghost", ghostMs: Math.floor(random.next() * LONGEST_GHOST_MS) }],
  mute: () => [{ kind: "mute" }],
  "half-open": () => [{ kind: "half-open" }],
  "truncated-frame": () => [{ kind: "truncated-frame" }],
  "garbage-frame": () => [{ kind: "garbage-frame" }],
  "slow-drip": () => [{ kind: "slow-drip" }],
  "slow-client": () => [{ kind: "slow-client" }],
  "reject-auth 404": () => [{ kind: "reject-auth", code: 404 }, CUT],
  "reject-auth 406": () => [{ kind: "reject-auth", code: 406 }, CUT],
  "handshake-status": () => [{ kind: "handshake-status", status: 503, count: 2 }, CUT],
  "stall-handshake": () => [{ kind: "stall-handshake" }, CUT],
  "no-welcome": () => [{ kind: "no-welcome" }, CUT],
  "no-auth-reply": () => [{ kind: "no-auth-reply" }, CUT],
  "reject-subscribe": () => [{ kind: "reject-subscribe", code: 405 }, CUT],
  "late-ack": (random) => [{ kind: "late-ack", delayMs: Math.floor(random.next() * 300) }, CUT],
  "no-ack": () => [{ kind: "no-ack" }, CUT],
  "partial-ack": () => [{ kind: "partial-ack" }, CUT],
  "keyless-ack": () => [{ kind: "keyless-ack", keys: ["bars"] }, CUT],
  "http-error": () => [{ kind: "http-error", status: 503, count: 2, path: HISTORY }, CUT],
  "http-reset": () => [{ kind: "http-reset", at: "mid-body", count: 1, path: HISTORY }, CUT],
  "http-stall": () => [{ kind: "http-stall", ms: 400, count: 1, path: HISTORY }, CUT],
};

/** The kinds of mishap there are. */
export const MISHAP_KINDS: readonly string[] = Object.keys(MISHAPS);

/**
 * What goes wrong in a run, decided by its seed: every kind as often as any other, at random moments,
 * in random order.
 */
export function planMishaps(seed: number, cuts: number, durationMs: number): Mishap[] {
  const random = seededRandom(seed);
  const moments = Array.from({ length: cuts }, () => random.next() * durationMs);
  const firstKind = Math.floor(random.next() * MISHAP_KINDS.length);
  const mishaps = moments.map((atMs, at) => {
    const kind = MISHAP_KINDS[(firstKind + at) % MISHAP_KINDS.length] ?? "cut";
    return { atMs, kind, faults: MISHAPS[kind]?.(random) ?? [CUT] };
  });
  return mishaps.sort((a, b) => a.atMs - b.atMs);
}
