import { ConnectionClosedError } from "../../core/errors.ts";
import { type HoldfastError, isHoldfastError, messageOf } from "../../core/holdfast-error.ts";

/** What a stream, or whoever makes one, threw, as an error of ours. */
export function toError(thrown: unknown): HoldfastError {
  if (isHoldfastError(thrown)) return thrown;
  return new ConnectionClosedError(1006, messageOf(thrown), { cause: thrown });
}
