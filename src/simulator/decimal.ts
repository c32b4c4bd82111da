const MOST_DIGITS = 9;

/** A number as decimal text without trailing zeros: `"174.5"`, `"0"`. @internal */
export function decimalText(value: number, digits: number = MOST_DIGITS): string {
  const text = value.toFixed(digits);
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return trimmed === "-0" ? "0" : trimmed;
}
