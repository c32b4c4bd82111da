import { describeDuration } from "./duration.ts";

/** What a run came to; with `--json` its last line. */
export interface RunSummary {
  readonly type: "summary";
  readonly messages: number;
  /** By the venue's name of the channel. */
  readonly byChannel: Readonly<Record<string, number>>;
  /** Connections made after the first. */
  readonly reconnects: number;
  /** Outages by channel, by what became of them. */
  readonly gaps: { readonly repaired: number; readonly reseeded: number; readonly lost: number };
  /** Messages that the stream missed and history had. */
  readonly recovered: number;
  /** Everything that was reported as an error, lost connections included. */
  readonly errors: number;
  readonly errorsByCode: Readonly<Record<string, number>>;
  /** Messages not written because the reader of the output was too slow; they count as received. */
  readonly dropped: number;
  /** From the first connection to the end; 0 without one. */
  readonly durationMs: number;
  readonly venue: "simulator" | "paper" | "live" | "url";
  readonly feed: string;
  /** What repeats this market, when it was simulated. */
  readonly seed?: number;
}

/** The summary as lines for people. */
export function describeSummary(summary: RunSummary): readonly string[] {
  const { messages, byChannel, reconnects, errors, errorsByCode, dropped, durationMs } = summary;
  const seed = summary.seed === undefined ? "" : `, seed ${summary.seed}`;
  const where = summary.venue === "url" ? "" : `, ${summary.venue}${seed}`;
  return [
    `${durationMs > 0 ? `${describeDuration(durationMs)} of` : "no connection to"} ${summary.feed}${where}`,
    row("messages", messages, listed(byChannel)),
    row("reconnects", reconnects, ""),
    ...describeGaps(summary),
    row("errors", errors, listed(errorsByCode)),
    ...(dropped > 0 ? [row("not shown", dropped, "the reader was too slow")] : []),
  ];
}

function describeGaps({ gaps, recovered }: RunSummary): readonly string[] {
  const count = gaps.repaired + gaps.reseeded + gaps.lost;
  if (count === 0) return [];
  const found = recovered > 0 ? ` · ${recovered.toLocaleString("en-US")} messages found` : "";
  return [row("gaps", count, listed(gaps) + found)];
}

function row(name: string, count: number, detail: string): string {
  return `  ${name.padEnd(11)}${count.toLocaleString("en-US").padStart(9)}   ${detail}`.trimEnd();
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count.toLocaleString("en-US")}`)
    .join(" · ");
}
