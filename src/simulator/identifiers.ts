import { hash32 } from "../core/random.ts";
import { hashText } from "./symbols.ts";

/** A UUID (version 4 in shape) that depends on the given things alone. @internal */
export function stableUuid(seed: number, name: string): string {
  const first = hashText(seed, name);
  const words = [0, 1, 2, 3].map((at) => hash32(first, at).toString(16).padStart(8, "0"));
  const digits = words.join("");
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}
