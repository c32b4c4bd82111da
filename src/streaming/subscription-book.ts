import type { ChannelSymbols } from "../core/errors.ts";
import { SymbolSets } from "./symbol-sets.ts";

/** One message to the venue. */
export interface SubscriptionRequest {
  readonly action: "subscribe" | "unsubscribe";
  readonly selection: ChannelSymbols;
}

interface QueuedRequest extends SubscriptionRequest {
  /** `call`: somebody asked just now. `restore`: it held on an earlier connection. */
  readonly origin: "call" | "restore";
}

/** What an acknowledgement or refusal meant. */
export interface SubscriptionOutcome {
  /** Refused by the venue, and no longer wanted. */
  readonly rejected?: ChannelSymbols;
  /** Acknowledged without these more often than is plausible; still wanted. */
  readonly missing?: ChannelSymbols;
  /** Not taken back by the venue, though no longer wanted. */
  readonly stillHeld?: ChannelSymbols;
  /** A refusal that answers none of our requests. */
  readonly unexpected?: boolean;
}

/** Larger messages have been cut off or ignored by venues. */
const MOST_SYMBOLS_IN_A_MESSAGE = 500;
/** An acknowledgement may lack what a slow server grants a moment later. */
const MOST_REPEATS = 2;

/**
 * Keeps what is wanted apart from what was asked for and from what the venue has acknowledged, so
 * that no acknowledgement, refusal or cut can change what the user wants. Decides which message
 * goes next; one is in flight at a time, since acknowledgements carry no reference. No I/O.
 */
export class SubscriptionBook {
  readonly #desired = new SymbolSets();
  readonly #acknowledged = new SymbolSets();
  #queue: QueuedRequest[] = [];
  #inFlight: QueuedRequest | undefined;
  /** Acknowledgements in a row that left something out. */
  #incompleteAcks = 0;
  /** Left out so often that it is not asked for again on this connection. */
  readonly #givenUp = new SymbolSets();

  get desired(): ChannelSymbols {
    return this.#desired.toSelection();
  }

  get acknowledged(): ChannelSymbols {
    return this.#acknowledged.toSelection();
  }

  /** Whether the venue has acknowledged anything on the channel. */
  isSubscribed(channel: string): boolean {
    return this.#acknowledged.hasChannel(channel);
  }

  /** Whether what held on an earlier connection is still being asked for. */
  get isRestoring(): boolean {
    return [this.#inFlight, ...this.#queue].some((request) => request?.origin === "restore");
  }

  /** What of this selection is wanted and not yet acknowledged. */
  outstanding(selection: ChannelSymbols): ChannelSymbols {
    return this.#held().missingFrom(this.#desired.intersection(selection));
  }

  /** What of this selection is no longer wanted and still acknowledged. */
  unwanted(selection: ChannelSymbols): ChannelSymbols {
    return this.#desired.missingFrom(this.#acknowledged.intersection(selection));
  }

  subscribe(selection: ChannelSymbols): void {
    this.#desired.add(selection);
    this.#givenUp.remove(selection);
    this.#withdraw("unsubscribe", selection);
    const unknown = this.#held().missingFrom(selection);
    this.#enqueue("subscribe", this.#requested().missingFrom(unknown), "call");
  }

  unsubscribe(selection: ChannelSymbols): void {
    const held = this.#desired.intersection(selection);
    this.#desired.remove(selection);
    this.#withdraw("subscribe", selection);
    this.#enqueue("unsubscribe", held, "call");
  }

  /** The next message to send, which is then in flight; `undefined` while one is, or when done. */
  next(): SubscriptionRequest | undefined {
    if (this.#inFlight) return undefined;
    this.#inFlight = this.#queue.shift();
    return this.#inFlight;
  }

  /** A new connection knows nothing: everything wanted has to be asked for again. */
  restore(): void {
    this.reset();
    this.#enqueue("subscribe", this.#desired.toSelection(), "restore");
  }

  /** The connection is gone, and with it everything the venue had granted. */
  reset(): void {
    this.#queue = [];
    this.#inFlight = undefined;
    this.#incompleteAcks = 0;
    this.#givenUp.clear();
    this.#acknowledged.clear();
  }

  /**
   * The venue says what the whole set is now; a channel it leaves out is empty. What is wanted, not
   * granted and not already on its way is asked for again, a few times.
   */
  acknowledge(state: ChannelSymbols): SubscriptionOutcome {
    const request = this.#inFlight;
    this.#inFlight = undefined;
    this.#acknowledged.clear();
    this.#acknowledged.add(state);

    const unrequested = this.#requested().missingFrom(this.outstanding(this.desired));
    const missing = this.#givenUp.missingFrom(unrequested);
    if (isEmpty(missing)) {
      this.#incompleteAcks = 0;
      return {};
    }
    if (++this.#incompleteAcks > MOST_REPEATS) {
      this.#incompleteAcks = 0;
      this.#givenUp.add(missing);
      return { missing };
    }
    const again = chunks(missing).map(
      (selection) =>
        ({ action: "subscribe", selection, origin: request?.origin ?? "restore" }) as const,
    );
    this.#queue.unshift(...again);
    return {};
  }

  /** The venue refused the message in flight, and with it everything the message named. */
  reject(): SubscriptionOutcome {
    const request = this.#inFlight;
    this.#inFlight = undefined;
    if (!request) return { unexpected: true };
    if (request.action === "unsubscribe") {
      const stillHeld = this.unwanted(request.selection);
      return isEmpty(stillHeld) ? {} : { stillHeld };
    }
    const halves = request.origin === "restore" ? halve(request.selection) : undefined;
    if (halves) {
      // These were granted once: find the ones that no longer are, and keep the others.
      this.#queue.unshift(...halves.map((selection) => ({ ...request, selection })));
      return {};
    }
    const rejected = this.outstanding(request.selection);
    this.#desired.remove(rejected);
    return isEmpty(rejected) ? {} : { rejected };
  }

  #enqueue(
    action: SubscriptionRequest["action"],
    selection: ChannelSymbols,
    origin: QueuedRequest["origin"],
  ): void {
    for (const chunk of chunks(selection)) {
      this.#queue.push({ action, selection: chunk, origin });
    }
  }

  /** What the venue has granted and is not being asked to take back. */
  #held(): SymbolSets {
    if (this.#inFlight?.action !== "unsubscribe") return this.#acknowledged;
    const held = new SymbolSets();
    held.add(this.acknowledged);
    held.remove(this.#inFlight.selection);
    return held;
  }

  /** What is being asked for, or about to be. */
  #requested(): SymbolSets {
    const requested = new SymbolSets();
    const requests = this.#inFlight ? [this.#inFlight, ...this.#queue] : this.#queue;
    for (const { action, selection } of requests) {
      if (action === "subscribe") requested.add(selection);
    }
    return requested;
  }

  /** Takes back requests that have not been sent, for symbols about which the user changed their mind. */
  #withdraw(action: SubscriptionRequest["action"], selection: ChannelSymbols): void {
    const withdrawn = new SymbolSets();
    withdrawn.add(selection);
    this.#queue = this.#queue.flatMap((request) => {
      if (request.action !== action) return [request];
      const left = withdrawn.missingFrom(request.selection);
      return isEmpty(left) ? [] : [{ ...request, selection: left }];
    });
  }
}

/** Messages of at most {@link MOST_SYMBOLS_IN_A_MESSAGE} symbols, over all channels of the message. */
function chunks(selection: ChannelSymbols): ChannelSymbols[] {
  const result: Record<string, string[]>[] = [];
  let room = 0;
  for (const [channel, symbols] of Object.entries(selection)) {
    for (let from = 0; from < symbols.length; ) {
      if (room === 0) {
        result.push({});
        room = MOST_SYMBOLS_IN_A_MESSAGE;
      }
      const part = symbols.slice(from, from + room);
      (result.at(-1) as Record<string, string[]>)[channel] = part;
      from += part.length;
      room -= part.length;
    }
  }
  return result;
}

function halve(selection: ChannelSymbols): [ChannelSymbols, ChannelSymbols] | undefined {
  const entries = Object.entries(selection).flatMap(([channel, symbols]) =>
    symbols.map((symbol) => [channel, symbol] as const),
  );
  if (entries.length < 2) return undefined;
  const middle = Math.ceil(entries.length / 2);
  const gather = (part: typeof entries): ChannelSymbols => {
    const sets = new SymbolSets();
    for (const [channel, symbol] of part) sets.add({ [channel]: [symbol] });
    return sets.toSelection();
  };
  return [gather(entries.slice(0, middle)), gather(entries.slice(middle))];
}

/** @internal */
export function isEmpty(selection: ChannelSymbols): boolean {
  return Object.values(selection).every((symbols) => symbols.length === 0);
}
