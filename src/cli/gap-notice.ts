import type { Gap } from "../model/gap.ts";
import type { Stale } from "../model/stream-event.ts";
import { describeDuration } from "./duration.ts";

const SHOWN_SYMBOLS = 3;

/** What was missed, and what became of it. */
export function describeGap(gap: Gap): string {
  const { status, channel, recovered, reason, symbols } = gap;
  const names = symbols.slice(0, SHOWN_SYMBOLS).join(" ");
  const more = symbols.length > SHOWN_SYMBOLS ? ` +${symbols.length - SHOWN_SYMBOLS}` : "";
  const lasted = describeDuration(Number(gap.toNs - gap.fromNs) / 1e6);
  const of = `${channel} of ${names}${more}`;
  switch (status) {
    case "repaired":
      return `repaired ${lasted}: ${recovered.toLocaleString("en-US")} ${of} found in history`;
    case "reseeded":
      return `${of}: going on from the latest, ${lasted} left out`;
    case "lost":
      return `${of}: ${lasted} lost (${reason})`;
    default:
      status satisfies never;
      return of;
  }
}

/** A channel that is silent while data is due. */
export function describeStale({ channel, silentMs, finding }: Stale): string {
  const what = finding === "quiet" ? "and the venue has none either" : "a new connection is made";
  return `no ${channel} for ${describeDuration(silentMs)}, ${what}`;
}
