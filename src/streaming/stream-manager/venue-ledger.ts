import type { ChannelSymbol } from "./channel-symbol.ts";

/** What the venue has to be told, so that it has what is wanted. */
export interface Difference {
  readonly release: readonly ChannelSymbol[];
  readonly ask: readonly ChannelSymbol[];
}

/** Symbols of a refused message, the culprits among them not yet found. */
interface Suspects {
  readonly keys: readonly ChannelSymbol[];
  /** Shared by all that came of one refusal. */
  readonly search: { messagesLeft: number };
}

/** A search by halves for one culprit among 500 takes 18 messages. */
const MOST_SEARCH_MESSAGES = 64;

/**
 * What the stream has been asked for and has acknowledged, and what of a refused message is still
 * to be asked for in smaller parts. Knows nobody's reasons, and does no I/O.
 */
export class VenueLedger {
  readonly #held = new Set<ChannelSymbol>();
  /** The stream may want or have these: to be asked for again, or given up. */
  readonly #unsure = new Set<ChannelSymbol>();
  #suspects: Suspects[] = [];
  #asked: Suspects | undefined;
  #searchIsNext = false;

  isHeld(key: ChannelSymbol): boolean {
    return this.#held.has(key);
  }

  /** Neither acknowledged nor possibly so. */
  isGone(key: ChannelSymbol): boolean {
    return !this.#held.has(key) && !this.#unsure.has(key);
  }

  /** All that the stream may want or have. */
  get present(): readonly ChannelSymbol[] {
    return [...this.#held, ...this.#unsure];
  }

  /**
   * The least that has to be said. The parts of a refused message and what has not been refused take
   * turns, so that neither waits for the other's end.
   */
  difference(wanted: readonly ChannelSymbol[]): Difference {
    const wantedSet = new Set(wanted);
    const release = this.present.filter((key) => !wantedSet.has(key));
    const missing = new Set(wanted.filter((key) => !this.#held.has(key)));
    this.#suspects = this.#suspects.flatMap(({ keys, search }) => {
      const left = keys.filter((key) => missing.delete(key));
      return left.length > 0 ? [{ keys: left, search }] : [];
    });
    const [suspects] = this.#suspects;
    const searches = suspects !== undefined && (this.#searchIsNext || missing.size === 0);
    return { release, ask: searches ? suspects.keys : [...missing] };
  }

  /** These are being asked for. */
  asking(keys: readonly ChannelSymbol[]): void {
    const chosen = new Set(keys);
    const at = this.#suspects.findIndex((suspects) => suspects.keys.some((key) => chosen.has(key)));
    const [suspects] = at < 0 ? [] : this.#suspects.splice(at, 1);
    const search = suspects?.search ?? { messagesLeft: MOST_SEARCH_MESSAGES };
    this.#searchIsNext = suspects === undefined;
    this.#asked = { keys, search };
    for (const key of keys) this.#unsure.add(key);
  }

  /** All that was asked for was acknowledged. */
  granted(): void {
    for (const key of this.#takeAsked().keys) {
      this.#unsure.delete(key);
      this.#held.add(key);
    }
  }

  /**
   * `part` of what was asked for was refused, the rest may come yet. Returns what is to blame for
   * sure; of the others that were refused, smaller parts are asked for.
   */
  refused(part: readonly ChannelSymbol[]): readonly ChannelSymbol[] {
    const { keys, search } = this.#takeAsked();
    const named = new Set(part);
    const known = keys.filter((key) => named.has(key));
    const refused = known.length > 0 ? known : keys;
    for (const key of refused) this.#unsure.delete(key);
    search.messagesLeft -= 2;
    if (refused.length === 1 || search.messagesLeft < 0) return refused;
    const middle = Math.ceil(refused.length / 2);
    this.#suspects.unshift(
      { keys: refused.slice(0, middle), search },
      { keys: refused.slice(middle), search },
    );
    return [];
  }

  /** Nothing is known about what was asked for; it may have been understood. */
  failed(): readonly ChannelSymbol[] {
    return this.#takeAsked().keys;
  }

  released(keys: readonly ChannelSymbol[]): void {
    for (const key of keys) {
      this.#held.delete(key);
      this.#unsure.delete(key);
    }
  }

  /** Had been acknowledged, and is no longer; the stream may still want it. Returns what was held. */
  doubt(keys: readonly ChannelSymbol[]): readonly ChannelSymbol[] {
    const held = keys.filter((key) => this.#held.delete(key));
    for (const key of held) this.#unsure.add(key);
    return held;
  }

  #takeAsked(): Suspects {
    const asked = this.#asked ?? { keys: [], search: { messagesLeft: 0 } };
    this.#asked = undefined;
    return asked;
  }
}
