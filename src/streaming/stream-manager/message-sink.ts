import { HandlerError } from "../../core/errors.ts";
import type { Unsubscribe } from "../../core/listeners.ts";
import { isThenable } from "../../core/thenable.ts";
import type { MarketData } from "../../model/market-data.ts";
import type { MarketSink, MarketStream } from "../../ports/market-stream.ts";
import { type ChannelSymbol, partsOf } from "./channel-symbol.ts";

/** Brings the messages of some symbols to one handler, each once, and reports what it throws. */
export class MessageSink {
  readonly #stream: MarketStream;
  readonly #routes = new Map<ChannelSymbol, Unsubscribe>();
  readonly #handler: MarketSink | undefined;
  readonly #take: MarketSink;

  constructor(
    stream: MarketStream,
    handler: MarketSink | undefined,
    filter: ((message: MarketData) => boolean) | undefined,
    report: (error: HandlerError) => void,
  ) {
    this.#stream = stream;
    this.#handler = handler;
    const failed = (message: MarketData, cause: unknown): void => {
      const symbol = message.symbol === "" ? undefined : message.symbol;
      report(new HandlerError(message.type, symbol, { cause }));
    };
    let last: MarketData | undefined;
    this.#take = (message) => {
      // A message comes by the route of its symbol and by that of `*`, one right after the other.
      if (message === last) return;
      last = message;
      try {
        if (filter !== undefined && !filter(message)) return;
        const result = handler?.(message);
        if (result !== undefined && isThenable(result)) {
          result.then(undefined, (thrown: unknown) => failed(message, thrown));
        }
      } catch (thrown) {
        failed(message, thrown);
      }
    };
  }

  /** All of these or, when the stream has no such channel and throws, none. */
  open(keys: readonly ChannelSymbol[]): void {
    if (this.#handler === undefined) return;
    try {
      for (const key of keys) {
        if (this.#routes.has(key)) continue;
        const { channel, symbol } = partsOf(key);
        this.#routes.set(key, this.#stream.route(channel, symbol, this.#take));
      }
    } catch (thrown) {
      for (const key of keys) this.close(key);
      throw thrown;
    }
  }

  close(key: ChannelSymbol): void {
    this.#routes.get(key)?.();
    this.#routes.delete(key);
  }
}
