import type { Faults } from "../core/faults.ts";

/** The flag's number; `undefined` when the flag is absent or, as a fault, when it is no number. */
export function numberFlag(
  flag: string,
  text: string | undefined,
  faults: Faults,
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isNaN(value)) return value;
  faults.add(`${flag} must be a number, not ${JSON.stringify(text)}`);
  return undefined;
}
