const byDecimals = new Map<number, Intl.NumberFormat>();

/** How many decimals a price of this size is shown with: cents, more for what costs less than one. */
export function decimalsFor(price: number): number {
  const size = Math.abs(price);
  if (size >= 1 || size === 0) return 2;
  return Math.min(Math.ceil(-Math.log10(size)) + 3, 10);
}

/** A price, or a difference of prices, rounded for the eye. */
export function formatPrice(price: number, decimals: number): string {
  let format = byDecimals.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    byDecimals.set(decimals, format);
  }
  return format.format(price);
}

/** How many decimals this number is written with, from `least` up to two more. */
export function decimalsIn(value: number, least: number): number {
  const written = String(value).split(".")[1]?.length ?? 0;
  return Math.min(Math.max(written, least), least + 2);
}

/** A size in at most six characters: `350`, `0.0125`, `48.2k`, `1.25M`. */
export function formatSize(size: number): string {
  if (size >= 999_950) return `${(size / 1_000_000).toPrecision(3)}M`;
  if (size >= 10_000) return `${(size / 1_000).toFixed(1)}k`;
  if (Number.isInteger(size)) return String(size);
  return size >= 100 ? size.toFixed(1) : String(Number(size.toPrecision(3)));
}

/** A change in percent with its sign. */
export function formatChange(ratio: number): string {
  const percent = (ratio * 100).toFixed(2);
  if (percent === "0.00" || percent === "-0.00") return "0.00%";
  return `${ratio > 0 ? "+" : ""}${percent}%`;
}

/** Events per second in at most five characters. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 9_995) return `${(perSecond / 1_000).toFixed(0)}k`;
  if (perSecond >= 9.95 || perSecond === 0) return perSecond.toFixed(0);
  return perSecond.toFixed(1);
}

/** How long ago, in at most four characters. */
export function formatAge(ageMs: number): string {
  if (ageMs < 9_950) return `${(ageMs / 1_000).toFixed(1)}s`;
  if (ageMs < 59_500) return `${Math.round(ageMs / 1_000)}s`;
  if (ageMs < 3_570_000) return `${Math.round(ageMs / 60_000)}m`;
  return `${Math.round(ageMs / 3_600_000)}h`;
}
