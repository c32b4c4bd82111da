import { RawJson } from "./raw-json.ts";
import { formatTime, VenueTime } from "./venue-time.ts";

const NEEDS_ESCAPING = /[<>&\u2028\u2029"\\]|[^\x20-\x7e]/;
const HTML_CHARACTERS = /[<>&\u2028\u2029]/g;

/** Go's encoder, which the venue uses, also escapes `<`, `>` and `&`. */
function quoted(text: string): string {
  if (!NEEDS_ESCAPING.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    HTML_CHARACTERS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * JSON as the venue writes it: keys in their own order, 64-bit ids in full, moments as RFC 3339 text.
 * An undefined member is left out.
 * @internal
 */
export function encodeJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "true" : "false";
    default:
      if (value === null || typeof value !== "object") return "null";
  }
  if (value instanceof VenueTime) return `"${formatTime(value)}"`;
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(",")}]`;
  let text = "{";
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    text += `${text.length > 1 ? "," : ""}${quoted(key)}:${encodeJson(member)}`;
  }
  return `${text}}`;
}
