/** What a server said about when to come back: the values of its headers, as they came. */
export interface ServerAdvice {
  /** `Retry-After`: whole seconds, or a date. */
  readonly retryAfter?: string | undefined;
  /** When its rate count starts anew, such as `X-RateLimit-Reset`: Unix time in seconds or milliseconds. */
  readonly reset?: string | undefined;
  /** `Date`: the server's own clock, against which its dates are to be read. */
  readonly date?: string | undefined;
}

/** Unix time in milliseconds has passed this in 1973; in seconds it will in the year 5138. */
const FIRST_MILLISECONDS = 100_000_000_000;

/** Unix time in seconds has passed this in 2001. Below it a reset counts from now. */
const FIRST_SECONDS = 1_000_000_000;

/**
 * How long `Retry-After` asks to wait, in milliseconds from now; `undefined` when it is missing or
 * makes no sense, 0 when its date has passed.
 * @param wallMs - our wall clock, used where the server gives no `Date` of its own
 */
export function retryAfterMs(advice: ServerAdvice, wallMs: number): number | undefined {
  const text = advice.retryAfter?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return finite(Number(text) * 1_000);
  const dateMs = dateOf(text);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - serverNowMs(advice, wallMs));
}

/**
 * How long until the rate count starts anew, in milliseconds from now; `undefined` when the header is
 * missing or makes no sense, 0 when it has passed.
 * @param wallMs - our wall clock, used where the server gives no `Date` of its own
 */
export function resetAfterMs(advice: ServerAdvice, wallMs: number): number | undefined {
  const text = advice.reset?.trim();
  if (!text || !/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  if (value < FIRST_SECONDS) return value * 1_000;
  const resetMs = value < FIRST_MILLISECONDS ? value * 1_000 : value;
  return finite(Math.max(0, resetMs - serverNowMs(advice, wallMs)));
}

/**
 * How long to leave the server alone after a refusal: what `Retry-After` asks; after a 429 without it,
 * until the rate count starts anew.
 */
export function serverWaitMs(
  statusCode: number,
  advice: ServerAdvice,
  wallMs: number,
): number | undefined {
  const askedMs = retryAfterMs(advice, wallMs);
  return askedMs === undefined && statusCode === 429 ? resetAfterMs(advice, wallMs) : askedMs;
}

/** Our clock may be wrong by hours; the server's dates are right by its own. */
function serverNowMs({ date }: ServerAdvice, wallMs: number): number {
  return (date === undefined ? undefined : dateOf(date)) ?? wallMs;
}

/** The three forms of RFC 9110, section 5.6.7, all begin with the name of a day. */
function dateOf(text: string): number | undefined {
  return /^\s*[A-Za-z]{3,9},? /.test(text) ? finite(Date.parse(text)) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
