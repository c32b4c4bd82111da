import type { Clock } from "../core/clock.ts";
import {
  AckTimeoutError,
  type ChannelSymbols,
  SubscriptionIncompleteError,
  SubscriptionRejectedError,
  VenueRejectedError,
} from "../core/errors.ts";
import type { HoldfastError } from "../core/holdfast-error.ts";
import { ListeningTimer } from "../socket/listening-timer.ts";
import { isEmpty, SubscriptionBook, type SubscriptionRequest } from "./subscription-book.ts";
import { SymbolSets } from "./symbol-sets.ts";

/** What the desk needs of the connection it works on. */
export interface SubscriptionDeskOptions {
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  send(request: SubscriptionRequest): void;
  /** No acknowledgement came: this connection is of no more use. */
  overdue(cause: AckTimeoutError): void;
  /** Something was refused or left out; the callers concerned are told as well. */
  report(error: HoldfastError): void;
}

interface OpenCall {
  readonly action: SubscriptionRequest["action"];
  readonly selection: ChannelSymbols;
  resolve(): void;
  reject(cause: HoldfastError): void;
}

/**
 * Carries the {@link SubscriptionBook} out on a connection: sends one message at a time, watches for
 * its acknowledgement, and answers each caller once the venue has.
 */
export class SubscriptionDesk {
  readonly #options: SubscriptionDeskOptions;
  readonly #book = new SubscriptionBook();
  readonly #ackDeadline: ListeningTimer;
  #calls: OpenCall[] = [];
  #live = false;
  /** Refused and not reported yet: a restore finds them one by one, and one report is enough. */
  #refusal:
    | { readonly code: number; readonly message: string; readonly symbols: SymbolSets }
    | undefined;

  constructor(options: SubscriptionDeskOptions) {
    this.#options = options;
    this.#ackDeadline = new ListeningTimer(options.clock, options.ackTimeoutMs, () => {
      options.overdue(new AckTimeoutError(options.ackTimeoutMs));
    });
  }

  get desired(): ChannelSymbols {
    return this.#book.desired;
  }

  get acknowledged(): ChannelSymbols {
    return this.#book.acknowledged;
  }

  /** Whether the venue has acknowledged anything on the channel. */
  isSubscribed(channel: string): boolean {
    return this.#book.isSubscribed(channel);
  }

  /** Wants these from now on; resolves when the venue has acknowledged all of them. */
  subscribe(selection: ChannelSymbols): Promise<void> {
    this.#book.subscribe(selection);
    return this.#call("subscribe", selection);
  }

  /** Wants these from now on, for the next connection; nobody waits for the answer. */
  want(selection: ChannelSymbols): void {
    this.#book.subscribe(selection);
  }

  /** Wants these no longer; resolves when the venue has acknowledged, at once without a connection. */
  unsubscribe(selection: ChannelSymbols): Promise<void> {
    this.#book.unsubscribe(selection);
    return this.#call("unsubscribe", selection);
  }

  /** A new connection is ready: ask for everything that is wanted. */
  live(): void {
    this.#live = true;
    this.#book.restore();
    this.#advance();
  }

  lost(): void {
    this.#live = false;
    this.#ackDeadline.stop();
    this.#book.reset();
    this.#reportRefusal();
    this.#settle(); // what was to be given up has gone with the connection
  }

  acknowledge(state: ChannelSymbols): void {
    if (!this.#live) return;
    this.#ackDeadline.stop();
    const { missing } = this.#book.acknowledge(state);
    if (missing) {
      this.#options.report(new SubscriptionIncompleteError(missing));
      this.#rejectCalls("subscribe", missing, (part) => new SubscriptionIncompleteError(part));
    }
    this.#reportRefusal();
    this.#settle();
    this.#advance();
  }

  /** The venue refused the message in flight. False when there was none: the error is not ours. */
  refuse(venueCode: number, message: string): boolean {
    const { rejected, stillHeld, unexpected } = this.#book.reject();
    if (unexpected) return false;
    this.#ackDeadline.stop();
    if (rejected) {
      this.#refusal ??= { code: venueCode, message, symbols: new SymbolSets() };
      this.#refusal.symbols.add(rejected);
      this.#rejectCalls(
        "subscribe",
        rejected,
        (part) => new SubscriptionRejectedError(venueCode, message, part),
      );
    }
    if (stillHeld) {
      const error = new VenueRejectedError(venueCode, message);
      this.#options.report(error);
      this.#rejectCalls("unsubscribe", stillHeld, () => error);
    }
    this.#reportRefusal();
    this.#advance();
    return true;
  }

  /** There will be no more connections. */
  close(cause: HoldfastError): void {
    this.lost();
    for (const call of this.#calls.splice(0)) call.reject(cause);
  }

  #reportRefusal(): void {
    if (!this.#refusal || this.#book.isRestoring) return;
    const { code, message, symbols } = this.#refusal;
    this.#refusal = undefined;
    this.#options.report(new SubscriptionRejectedError(code, message, symbols.toSelection()));
  }

  #call(action: SubscriptionRequest["action"], selection: ChannelSymbols): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ action, selection, resolve, reject });
      this.#settle();
      this.#advance();
    });
  }

  #advance(): void {
    if (!this.#live) return;
    const request = this.#book.next();
    if (!request) return;
    this.#ackDeadline.start();
    this.#options.send(request);
  }

  #settle(): void {
    this.#calls = this.#calls.filter((call) => {
      const left =
        call.action === "subscribe"
          ? this.#book.outstanding(call.selection)
          : this.#book.unwanted(call.selection);
      if (!isEmpty(left)) return true;
      call.resolve();
      return false;
    });
  }

  #rejectCalls(
    action: OpenCall["action"],
    symbols: ChannelSymbols,
    makeError: (part: ChannelSymbols) => HoldfastError,
  ): void {
    const concerned = new SymbolSets();
    concerned.add(symbols);
    this.#calls = this.#calls.filter((call) => {
      const part = concerned.intersection(call.selection);
      if (call.action !== action || isEmpty(part)) return true;
      call.reject(makeError(part));
      return false;
    });
  }
}
