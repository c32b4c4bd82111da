import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { AuthRejectedError, NotEntitledError } from "../../core/errors.ts";
import type { HoldfastError } from "../../core/holdfast-error.ts";
import { HttpStatusError, RateLimitedError } from "../../core/request-errors.ts";
import type { HttpResponse } from "../../http/http-response.ts";
import { refusalWaitMs } from "./rest-rate.ts";

/**
 * Codes under which a 403 is about what the account may see, not about its keys.
 * Source: docs.alpaca.markets and answers seen until September 2026.
 */
const SUBSCRIPTION_CODE = 42210000;
const SUBSCRIPTION_TEXT = /subscription does not permit/i;

/** A 403 with a code of this family is a business rule (buying power, wash trade), not the keys. */
const FORBIDDEN_CODES = { first: 40300000, last: 40399999 } as const;

const SHOWN_CHARACTERS = 200;

const errorBody = z.looseObject({
  code: z.coerce.number().int().optional(),
  message: z.string().optional(),
});

/**
 * What an unsuccessful answer means. Alpaca's edge answers some requests itself, in HTML or without
 * a code, so only the status is relied on.
 */
export function toRestError(response: HttpResponse, clock: Clock): HoldfastError {
  const { statusCode, requestId, facts } = response;
  const { code, message } = readErrorBody(response);
  const answer = { statusCode, message, venueCode: code, requestId };
  const cause = new HttpStatusError(answer, facts);
  if (statusCode === 429)
    return new RateLimitedError(refusalWaitMs(response, clock.nowMs()), facts, { cause });
  if (statusCode === 401) return new AuthRejectedError(code ?? statusCode, message, { cause });
  if (statusCode !== 403) return cause;
  if (code === SUBSCRIPTION_CODE || SUBSCRIPTION_TEXT.test(message)) {
    return new NotEntitledError(code ?? statusCode, message, { cause });
  }
  const isBusinessRule =
    code !== undefined && code >= FORBIDDEN_CODES.first && code <= FORBIDDEN_CODES.last;
  return isBusinessRule ? cause : new AuthRejectedError(code ?? statusCode, message, { cause });
}

function readErrorBody(response: HttpResponse): { code: number | undefined; message: string } {
  try {
    const parsed = errorBody.safeParse(response.json());
    if (parsed.success && parsed.data.message) {
      return { code: parsed.data.code, message: parsed.data.message };
    }
  } catch {
    // Not JSON: an edge's HTML page, or nothing at all.
  }
  return { code: undefined, message: beginning(response.body) };
}

function beginning(body: Buffer): string {
  if (body.byteLength === 0) return "without a body";
  const text = body.subarray(0, SHOWN_CHARACTERS).toString("utf8");
  return JSON.stringify(text.replaceAll(/\s+/g, " "));
}
