import type { WireChannel } from "../venues/alpaca/wire.ts";
import { channelOf, symbolsOf } from "./channel-of.ts";
import type { DataSession } from "./data-session.ts";
import type { DataEndpoint } from "./endpoints.ts";
import type { Feed } from "./feed.ts";
import type { Market } from "./market.ts";
import type { OutgoingBatch, TimedMessage } from "./outgoing-batch.ts";
import { SymbolRoute } from "./symbol-route.ts";
import { assetClassOf, TEST_SYMBOL } from "./symbols.ts";

const SECONDS_PER_MINUTE = 60;
/** After a delay the market catches up in steps of this much market time, so that symbols take turns. */
const STEP_NS = 50e6;

/** The data of one stock, crypto or option endpoint: walks the tapes that somebody listens to. @internal */
export class MarketFeed implements Feed {
  readonly #endpoint: DataEndpoint;
  readonly #market: Market;
  readonly #batch: OutgoingBatch;
  readonly #sessions: ReadonlySet<DataSession>;
  readonly #lastIndices: Map<string, number>;
  #routes: ReadonlyMap<string, SymbolRoute> = new Map();
  /** Everything before this moment of the tapes has been sent. */
  #doneNs = 0;
  #needsRefresh = false;

  constructor(
    endpoint: DataEndpoint,
    market: Market,
    batch: OutgoingBatch,
    sessions: ReadonlySet<DataSession>,
    lastIndices: Map<string, number>,
  ) {
    this.#endpoint = endpoint;
    this.#market = market;
    this.#batch = batch;
    this.#sessions = sessions;
    this.#lastIndices = lastIndices;
  }

  refresh(): void {
    if (this.#routes.size === 0) this.#doneNs = this.#tapeNs(this.#market.nowNs());
    this.#needsRefresh = true;
  }

  advance(offsetNs: number): void {
    if (this.#needsRefresh) this.#rebuildRoutes();
    const untilNs = this.#tapeNs(offsetNs);
    if (this.#routes.size === 0) {
      this.#doneNs = untilNs;
      return;
    }
    while (this.#doneNs < untilNs) {
      const minute = Math.floor(this.#market.timeAt(this.#doneNs).seconds / SECONDS_PER_MINUTE);
      const markNs = this.#market.offsetOfSeconds((minute + 1) * SECONDS_PER_MINUTE);
      const stepEndNs = Math.min(untilNs, markNs, this.#doneNs + STEP_NS);
      for (const route of this.#routes.values()) {
        route.sendEvents(stepEndNs);
        if (stepEndNs === markNs) route.sendMinute(minute, markNs);
      }
      this.#doneNs = stepEndNs;
    }
  }

  audience(message: TimedMessage): readonly DataSession[] {
    const channel = channelOf(message);
    return [...this.#sessions].filter((session) =>
      symbolsOf(message).some(
        (symbol) => this.#carries(symbol) && session.subscriptions.includes(channel, symbol),
      ),
    );
  }

  #tapeNs(offsetNs: number): number {
    return offsetNs - this.#endpoint.delayMs * 1e6;
  }

  #carries(symbol: string): boolean {
    const { carries } = this.#endpoint;
    if (carries === "test" || symbol === TEST_SYMBOL) {
      return carries === "test" && symbol === TEST_SYMBOL;
    }
    return assetClassOf(symbol) === carries;
  }

  #starSymbols(): readonly string[] {
    const { carries } = this.#endpoint;
    if (carries === "test") return [TEST_SYMBOL];
    return carries === "news" ? [] : this.#market.settings.universe[carries];
  }

  #rebuildRoutes(): void {
    this.#needsRefresh = false;
    const routes = new Map<string, SymbolRoute>();
    const routeOf = (symbol: string): SymbolRoute | undefined => {
      const known = routes.get(symbol);
      if (known) return known;
      const tape = this.#carries(symbol) ? this.#market.tape(symbol) : undefined;
      if (!tape) return undefined;
      const route = this.#routes.get(symbol) ?? this.#newRoute(symbol);
      route?.clearAudience();
      if (route) routes.set(symbol, route);
      return route;
    };
    for (const session of this.#sessions) {
      for (const channel of this.#endpoint.channels) {
        const asked = session.subscriptions.of(channel);
        const symbols = asked.has("*") ? new Set([...asked, ...this.#starSymbols()]) : asked;
        for (const symbol of symbols) routeOf(symbol)?.addListener(channel as WireChannel, session);
      }
    }
    this.#routes = routes;
  }

  #newRoute(symbol: string): SymbolRoute | undefined {
    const tape = this.#market.tape(symbol);
    if (!tape) return undefined;
    return new SymbolRoute(
      tape,
      this.#endpoint.stockVenue,
      this.#market,
      this.#batch,
      this.#lastIndices,
      this.#doneNs,
    );
  }
}
