import type { SimulatedSession, SimulatorState } from "../simulator/simulator-state.ts";

/** Something that happened in a simulator between two looks at it. */
export type SimulatorEvent =
  | {
      readonly type: "session";
      readonly event: "opened" | "closed";
      readonly path: string;
      /** Its beginning only: who reads the log need not be who holds the key. */
      readonly keyId: string;
    }
  | { readonly type: "fault"; readonly kind: string; readonly count: number };

/** Tells the differences between successive states, authenticated sessions and faults. */
export class SimulatorWatch {
  #sessions: ReadonlyMap<string, number>;
  #fired: Readonly<Record<string, number>>;

  constructor(state: SimulatorState) {
    this.#sessions = countSessions(state.sessions);
    this.#fired = state.faultsFired;
  }

  /** What is new since the last look: first what struck, then who went and who came. */
  changes(state: SimulatorState): readonly SimulatorEvent[] {
    const faults = Object.entries(state.faultsFired).flatMap(([kind, total]): SimulatorEvent[] => {
      const count = total - (this.#fired[kind] ?? 0);
      return count > 0 ? [{ type: "fault", kind, count }] : [];
    });
    const sessions = countSessions(state.sessions);
    const events = [
      ...faults,
      ...sessionEvents("closed", this.#sessions, sessions),
      ...sessionEvents("opened", sessions, this.#sessions),
    ];
    this.#sessions = sessions;
    this.#fired = state.faultsFired;
    return events;
  }
}

function countSessions(sessions: readonly SimulatedSession[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path, keyId, authenticated } of sessions) {
    if (!authenticated) continue;
    const name = `${path} ${shortened(keyId ?? "")}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const SHOWN_KEY_LENGTH = 6;

function shortened(keyId: string): string {
  return keyId.length <= SHOWN_KEY_LENGTH + 2 ? keyId : `${keyId.slice(0, SHOWN_KEY_LENGTH)}…`;
}

/** One event for each session that is in `these` beyond those in `others`. */
function sessionEvents(
  event: "opened" | "closed",
  these: ReadonlyMap<string, number>,
  others: ReadonlyMap<string, number>,
): readonly SimulatorEvent[] {
  return [...these].flatMap(([name, count]) => {
    const [path = "", keyId = ""] = name.split(" ");
    const more = Math.max(count - (others.get(name) ?? 0), 0);
    return Array.from({ length: more }, () => ({ type: "session" as const, event, path, keyId }));
  });
}
