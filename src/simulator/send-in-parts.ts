import type { DataSession } from "./data-session.ts";
import type { FaultSchedule } from "./fault-schedule.ts";

/**
 * Sends messages in frames of at most `most`. A frame ends where a fault is to strike, so that it strikes
 * after exactly that message.
 * @param payloadOf - the frame of `count` messages from the one numbered `from` on
 * @param onSent - told what the session has really been sent
 * @internal
 */
export function sendInParts(
  session: DataSession,
  faults: FaultSchedule,
  total: number,
  most: number,
  payloadOf: (from: number, count: number) => string | Buffer,
  onSent?: (from: number, count: number) => void,
): void {
  let from = 0;
  while (from < total && session.isOpen) {
    faults.strikeDue(session);
    const count = Math.min(total - from, most, faults.messagesUntilStrike(session));
    if (session.sendData(payloadOf(from, count), count)) onSent?.(from, count);
    from += count;
  }
  faults.strikeDue(session);
}
