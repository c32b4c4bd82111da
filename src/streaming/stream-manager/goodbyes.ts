import type { ChannelSymbol } from "./channel-symbol.ts";

interface Goodbye {
  readonly keys: readonly ChannelSymbol[];
  resolve(): void;
}

/** Those who gave symbols up and wait until the venue has taken them back. */
export class Goodbyes {
  readonly #isOver: (key: ChannelSymbol) => boolean;
  #open: Goodbye[] = [];

  /** @param isOver - nothing has to be said about this symbol, or no longer */
  constructor(isOver: (key: ChannelSymbol) => boolean) {
    this.#isOver = isOver;
  }

  until(keys: readonly ChannelSymbol[]): Promise<void> {
    return new Promise((resolve) => {
      this.#open.push({ keys, resolve });
      this.look();
    });
  }

  /** Answers those whose wait is over. */
  look(): void {
    this.#open = this.#open.filter(({ keys, resolve }) => {
      const isOver = keys.every((key) => this.#isOver(key));
      if (isOver) resolve();
      return !isOver;
    });
  }
}
