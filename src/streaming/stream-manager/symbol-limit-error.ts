import { type ChannelSymbols, SubscriptionRejectedError } from "../../core/errors.ts";
import { toKeys } from "./channel-symbol.ts";

const SHOWN_SYMBOLS = 10;

/**
 * There is no room for any of these symbols beside what has a higher priority or came earlier. The
 * venue was not asked, so `venueCode` is 0.
 * @public
 */
export class SymbolLimitError extends SubscriptionRejectedError {
  constructor(rejected: ChannelSymbols, options?: ErrorOptions) {
    super(0, "no room within the symbol limits", rejected, options);
    const keys = toKeys(rejected);
    const more = keys.length > SHOWN_SYMBOLS ? ` and ${keys.length - SHOWN_SYMBOLS} more` : "";
    this.message = `no room within the symbol limits for ${keys.slice(0, SHOWN_SYMBOLS).join(", ")}${more}`;
  }
}
