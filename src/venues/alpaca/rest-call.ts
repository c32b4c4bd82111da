import { Faults } from "../../core/faults.ts";
import { parseRfc3339 } from "../../model/venue-time.ts";
import type { Lane } from "../../resilience/lanes.ts";

/** Common to every call. @public */
export interface RestCallOptions {
  /** Ends the call in whatever phase it is, with its own reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How urgent it is among all that share the account's requests.
   * @defaultValue "query"
   */
  readonly lane?: Lane | undefined;
}

/** RFC 3339 as the venue reads it, which is more strictly than the standard. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether it is a moment, such as `2026-09-01T14:30:00Z`. */
export function isTime(text: string): boolean {
  return TIME.test(text) && parseRfc3339(text) !== undefined;
}

/** Whether it is a day of the calendar, such as `2026-09-01`. */
export function isDay(text: string): boolean {
  return DAY.test(text) && parseRfc3339(`${text}T00:00:00Z`) !== undefined;
}

/** The longest client order id that the venue takes (orders reference, January 2026). */
const MOST_ID_CHARACTERS = 128;

/** An order's id, the venue's or ours. @throws ConfigError when it is none */
export function checkOrderId(name: string, id: string): string {
  const text = typeof id === "string" ? id.trim() : "";
  const faults = new Faults();
  faults.require(text !== "", `${name} must not be blank`);
  faults.require(
    text.length <= MOST_ID_CHARACTERS,
    `${name} must not be longer than ${MOST_ID_CHARACTERS} characters`,
  );
  faults.throwIfAny();
  return text;
}
