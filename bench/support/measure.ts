/** One figure, ours beside a peer's where there is one. */
export interface Measure {
  readonly name: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly ratio: number | null;
  /** What `ratio`, or without a peer `ours`, has to meet; `null` where nothing is asked. */
  readonly target: number | null;
  readonly pass: boolean;
}

/** A figure of ours that must not be above its target. */
export function atMost(name: string, ours: number, target: number): Measure {
  return { name, ours: rounded(ours), peer: null, ratio: null, target, pass: ours <= target };
}

/** A figure of ours that must not be below its target. */
export function atLeast(name: string, ours: number, target: number): Measure {
  return { name, ours: rounded(ours), peer: null, ratio: null, target, pass: ours >= target };
}

/** Ours beside a peer's of the same run: how many times the peer's it must at least be. */
export function ratioAtLeast(name: string, ours: number, peer: number, target: number): Measure {
  const ratio = rounded(ours / peer);
  return { name, ours: rounded(ours), peer: rounded(peer), ratio, target, pass: ratio >= target };
}

/** A figure that nothing is asked of. */
export function noted(name: string, ours: number): Measure {
  return { name, ours: rounded(ours), peer: null, ratio: null, target: null, pass: true };
}

/** With `--json` a line per measure, otherwise a table. */
export function report(measures: readonly Measure[], json: boolean): void {
  if (json) for (const measure of measures) console.log(JSON.stringify(measure));
  else console.table(measures);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
