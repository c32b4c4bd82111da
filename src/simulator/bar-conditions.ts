/** Which of a bar's fields a trade moves; `first` only when it is the first trade of the bar. @internal */
export interface BarEffect {
  readonly openClose: "yes" | "no" | "first";
  readonly highLow: boolean;
  readonly volume: boolean;
}

const ALL: BarEffect = { openClose: "yes", highLow: true, volume: true };
const VOLUME_ONLY: BarEffect = { openClose: "no", highLow: false, volume: true };
const NOTHING: BarEffect = { openClose: "no", highLow: false, volume: false };
const FIRST_ONLY: BarEffect = { openClose: "first", highLow: true, volume: true };
const CORRECTED_CLOSE: BarEffect = { openClose: "yes", highLow: true, volume: false };

/** Conditions that move less than everything. Source: market data FAQ, bar aggregation, January 2026. */
const MINUTE: ReadonlyMap<string, BarEffect> = new Map([
  ...[..."CHINRUVW7"].map((code) => [code, VOLUME_ONLY] as const),
  ...[..."GPZ4"].map((code) => [code, VOLUME_ONLY] as const),
  ...[..."MQ9"].map((code) => [code, NOTHING] as const),
]);

const DAILY: ReadonlyMap<string, BarEffect> = new Map([
  ...[..."CHINRTUVW7"].map((code) => [code, VOLUME_ONLY] as const),
  ...[..."GPZ4"].map((code) => [code, FIRST_ONLY] as const),
  ...[..."MQ"].map((code) => [code, NOTHING] as const),
  ["9", CORRECTED_CLOSE],
]);

const STRICTNESS = { yes: 2, first: 1, no: 0 } as const;

/**
 * What a stock trade with these conditions does to a minute or a daily bar: the strictest of its
 * conditions decides, field by field. `B` is an average price on tapes A and B and moves only the
 * volume there.
 * @internal
 */
export function barEffect(
  conditions: readonly string[],
  tapeCode: string,
  bar: "minute" | "daily",
): BarEffect {
  const table = bar === "minute" ? MINUTE : DAILY;
  let strictest = ALL;
  for (const code of conditions) {
    const effect = code === "B" && tapeCode !== "C" ? VOLUME_ONLY : (table.get(code) ?? ALL);
    if (effect === ALL) continue;
    const isStricter = STRICTNESS[effect.openClose] < STRICTNESS[strictest.openClose];
    strictest = {
      openClose: isStricter ? effect.openClose : strictest.openClose,
      highLow: strictest.highLow && effect.highLow,
      volume: strictest.volume && effect.volume,
    };
  }
  return strictest;
}
