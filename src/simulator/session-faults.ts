import type { Clock } from "../core/clock.ts";
import type { SessionFault } from "./fault.ts";
import type { ResolvedPlan } from "./plan.ts";
import type { SessionSlots } from "./session-slots.ts";
import type { SessionTransport } from "./session-transport.ts";

/** The session that faults happen to. */
interface Struck {
  readonly path: string;
  readonly keyId: string | undefined;
  readonly encoding: "json" | "messagepack";
  readonly transport: SessionTransport;
  cutSlowClient(): void;
}

interface Surroundings {
  readonly clock: Clock;
  readonly plan: ResolvedPlan;
  readonly slots: SessionSlots;
}

const GARBAGE_BYTES = 64;
const DRIP_BYTES = 16;
const DRIP_MS = 10;
const GOING_AWAY = 1001;

/** Carries faults out on one session. @internal */
export class SessionFaults {
  readonly #session: Struck;
  readonly #around: Surroundings;
  #isGhost = false;

  constructor(session: Struck, around: Surroundings) {
    this.#session = session;
    this.#around = around;
  }

  /** Whether the session's path was lost: its slot is a ghost's now. */
  get isGhost(): boolean {
    return this.#isGhost;
  }

  strike(fault: SessionFault): void {
    const { transport, encoding } = this.#session;
    switch (fault.kind) {
      case "close":
        transport.close(fault.code ?? GOING_AWAY, fault.reason);
        break;
      case "cut":
        transport.cut();
        break;
      case "ghost":
        this.#becomeGhost(fault.ghostMs ?? this.#around.plan.ghostMs);
        break;
      case "mute":
        transport.mute(fault.durationMs ?? Number.POSITIVE_INFINITY);
        break;
      case "half-open":
        transport.silence();
        break;
      case "truncated-frame":
        transport.truncateNext();
        break;
      case "garbage-frame":
        transport.sendGarbage(fault.bytes ?? GARBAGE_BYTES, encoding === "json");
        break;
      case "slow-drip":
        transport.startDrip(fault.chunkBytes ?? DRIP_BYTES, fault.delayMs ?? DRIP_MS);
        break;
      case "slow-client":
        this.#session.cutSlowClient();
        break;
      default:
        fault satisfies never;
    }
  }

  #becomeGhost(lifeMs: number): void {
    const { path, keyId, transport } = this.#session;
    this.#isGhost = true;
    if (keyId !== undefined) this.#around.slots.leaveGhost(path, keyId, lifeMs);
    // The venue drops the socket when it has understood; a client that is still there sees it then.
    transport.abandon(lifeMs);
  }
}
