import { symbolsOf } from "./channel-of.ts";
import type { DataSession } from "./data-session.ts";
import type { Feed } from "./feed.ts";
import type { NewsWire } from "./news-wire.ts";
import type { OutgoingBatch, TimedMessage } from "./outgoing-batch.ts";

/** The news endpoint: an article reaches whoever asked for one of its symbols, or for `*`. @internal */
export class NewsFeed implements Feed {
  readonly #wire: NewsWire;
  readonly #batch: OutgoingBatch;
  readonly #sessions: ReadonlySet<DataSession>;
  #nextNumber: number | undefined;

  constructor(wire: NewsWire, batch: OutgoingBatch, sessions: ReadonlySet<DataSession>) {
    this.#wire = wire;
    this.#batch = batch;
    this.#sessions = sessions;
  }

  refresh(): void {
    // Every article is offered to the sessions as they are then.
  }

  advance(offsetNs: number): void {
    if (this.#sessions.size === 0) {
      this.#nextNumber = undefined;
      return;
    }
    this.#nextNumber ??= this.#wire.firstFrom(offsetNs);
    while (this.#wire.timeOf(this.#nextNumber) < offsetNs) {
      const article = this.#wire.article(this.#nextNumber++);
      const audience = this.audience(article);
      if (audience.length > 0) this.#batch.add(article, audience);
    }
  }

  audience(message: TimedMessage): readonly DataSession[] {
    if (message.T !== "n") return [];
    return [...this.#sessions].filter(
      ({ subscriptions }) =>
        subscriptions.of("news").has("*") ||
        symbolsOf(message).some((symbol) => subscriptions.includes("news", symbol)),
    );
  }
}
