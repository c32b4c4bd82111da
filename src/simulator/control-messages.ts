import type { WireError, WireSuccess } from "../venues/alpaca/wire.ts";

/** The venue's words for its error codes (real-time websocket page, January 2026; 411 from its Go SDK). */
const ERROR_TEXTS: ReadonlyMap<number, string> = new Map([
  [400, "invalid syntax"],
  [401, "not authenticated"],
  [402, "auth failed"],
  [403, "already authenticated"],
  [404, "auth timeout"],
  [405, "symbol limit exceeded"],
  [406, "connection limit exceeded"],
  [407, "slow client"],
  [409, "insufficient subscription"],
  [410, "invalid subscribe action for this feed"],
  [411, "insufficient scope"],
  [412, "option messages are only available in MsgPack format"],
  [413, "star subscription is not allowed for option quotes"],
  [500, "internal error"],
]);

/** The error message of a code. @internal */
export function errorMessage(code: number): WireError {
  return { T: "error", code, msg: ERROR_TEXTS.get(code) ?? "internal error" };
}

/** @internal */
export const CONNECTED: WireSuccess = { T: "success", msg: "connected" };

/** @internal */
export const AUTHENTICATED: WireSuccess = { T: "success", msg: "authenticated" };
