import { hash32 } from "../core/random.ts";
import type { WireNews } from "../venues/alpaca/wire.ts";
import type { Market } from "./market.ts";
import { VenueTime } from "./venue-time.ts";

/** One article in this many nanoseconds, on average. */
const PERIOD_NS = 15e9;
const FIRST_ID = 40_000_000;
const SALT = 0x4e57;
const MOST_SYMBOLS = 3;

const SUBJECTS = [
  "Quarterly Results",
  "New Product",
  "Leadership Change",
  "Analyst Upgrade",
  "Supply Deal",
];
const VERBS = ["Reports", "Announces", "Confirms", "Denies", "Explains"];

/** The news as a pure function of (seed, number); negative numbers are history. @internal */
export class NewsWire {
  readonly #market: Market;

  constructor(market: Market) {
    this.#market = market;
  }

  /** When an article appears, in nanoseconds from the market's start, strictly increasing. */
  timeOf(number: number): number {
    return Math.floor((number + (this.#bits(number, 0) / 2 ** 32) * 0.9) * PERIOD_NS);
  }

  /** The number of the first article at or after `offsetNs`. */
  firstFrom(offsetNs: number): number {
    let number = Math.floor(offsetNs / PERIOD_NS) - 1;
    while (this.timeOf(number) < offsetNs) number++;
    return number;
  }

  article(number: number): WireNews<VenueTime> {
    const bits = this.#bits(number, 1);
    const symbols = this.#symbols(number, bits % (MOST_SYMBOLS + 1));
    const about = symbols[0] ?? "The Market";
    const headline = `${about} ${VERBS[(bits >>> 8) % VERBS.length]} ${SUBJECTS[(bits >>> 16) % SUBJECTS.length]}`;
    // Articles carry whole seconds.
    const time = new VenueTime(this.#market.timeAt(this.timeOf(number)).seconds, 0);
    return {
      T: "n",
      id: FIRST_ID + number,
      headline,
      summary: `${headline}, as simulated.`,
      author: "Simulated Newsdesk",
      created_at: time,
      updated_at: time,
      url: `https://news.invalid/${FIRST_ID + number}`,
      content: `<p>${headline} &amp; more.</p>`,
      symbols,
      source: "benzinga",
    };
  }

  #symbols(number: number, count: number): readonly string[] {
    const { stock, crypto } = this.#market.settings.universe;
    const all = [...stock, ...crypto];
    const chosen = new Set<string>();
    for (let at = 0; at < count; at++) {
      const symbol = all[this.#bits(number, 2 + at) % Math.max(1, all.length)];
      if (symbol) chosen.add(symbol);
    }
    return [...chosen];
  }

  #bits(number: number, use: number): number {
    return hash32(this.#market.settings.seed, SALT, use, number);
  }
}
