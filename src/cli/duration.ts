import type { Faults } from "../core/faults.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** Node's timers reach no further (2^31 − 1 ms, 24.8 days). */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of a text such as `500ms`, `8s`, `1.5m` or `1h`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
}

/** The flag's time in milliseconds; `undefined` when the flag is absent or, as a fault, when it is none. */
export function durationFlag(
  flag: string,
  text: string | undefined,
  faults: Faults,
): number | undefined {
  if (text === undefined) return undefined;
  const durationMs = parseDuration(text);
  if (durationMs !== undefined && durationMs > 0 && durationMs <= LONGEST_MS) return durationMs;
  const example = "a time above zero such as 500ms, 8s, 5m or 1h";
  faults.add(
    durationMs !== undefined && durationMs > LONGEST_MS
      ? `${flag} must be at most 596h, not ${JSON.stringify(text)}`
      : `${flag} must be ${example}, not ${JSON.stringify(text)}`,
  );
  return undefined;
}

/** A length of time as people read it: `412 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`. */
export function describeDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1_000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
