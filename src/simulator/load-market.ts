import type { Encoding } from "./data-session.ts";
import type { ResolvedLoad } from "./load.ts";
import { loadCodec } from "./load-codec.ts";
import { LoadFrames } from "./load-frames.ts";
import { type LoadScript, loadListing, loadScript } from "./load-messages.ts";
import { loadSymbols } from "./load-symbols.ts";

/** What all streams of a load share: its symbols, and its messages in both encodings. @internal */
export class LoadMarket {
  readonly settings: ResolvedLoad;
  readonly symbols: readonly string[];
  readonly script: LoadScript;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #frames: { readonly [encoding in Encoding]: LoadFrames };

  constructor(settings: ResolvedLoad, seed: number, unknownSymbols: ReadonlySet<string>) {
    this.settings = settings;
    this.symbols = loadSymbols(settings.symbols, unknownSymbols);
    this.script = loadScript(seed, settings.symbols, settings.framesOf);
    this.#numbers = new Map(this.symbols.map((symbol, number) => [symbol, number]));
    const listings = this.symbols.map(loadListing);
    const framesIn = (encoding: Encoding): LoadFrames =>
      new LoadFrames(loadCodec(encoding), this.script, listings, seed);
    // At the start, because it takes a while: later it would hold the first session's messages up.
    this.#frames = { json: framesIn("json"), messagepack: framesIn("messagepack") };
  }

  frames(encoding: Encoding): LoadFrames {
    return this.#frames[encoding];
  }

  /** A symbol's place in the list; `undefined` when it is not in the load. */
  numberOf(symbol: string): number | undefined {
    return this.#numbers.get(symbol);
  }
}
