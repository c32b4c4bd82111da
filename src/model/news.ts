import { type Arrival, arrivalOf } from "./arrival.ts";
import { MarketEvent } from "./market-event.ts";
import { toRfc3339, type VenueTime } from "./venue-time.ts";

/** The fields of a {@link News} beside its times. @public */
export interface NewsFields {
  readonly id: string;
  readonly headline: string;
  readonly summary: string;
  readonly author: string;
  readonly content: string;
  readonly url: string;
  readonly symbols: readonly string[];
  readonly source: string;
  readonly createdAt: VenueTime;
}

/** An article; its time is its latest update. The same id may come again, edited. @public */
export class News extends MarketEvent {
  readonly type = "news";
  readonly id: string;
  readonly headline: string;
  readonly summary: string;
  readonly author: string;
  /** HTML; may be empty. */
  readonly content: string;
  readonly url: string;
  /** The instruments it is about; may be empty. */
  readonly symbols: readonly string[];
  readonly source: string;
  /** When it was first published, as RFC 3339 text. */
  readonly createdAt: string;

  constructor(updatedAt: VenueTime, received: Arrival | number, fields: NewsFields) {
    super("", updatedAt.seconds, updatedAt.nanos, arrivalOf(received));
    this.id = fields.id;
    this.headline = fields.headline;
    this.summary = fields.summary;
    this.author = fields.author;
    this.content = fields.content;
    this.url = fields.url;
    this.symbols = fields.symbols;
    this.source = fields.source;
    this.createdAt = toRfc3339(fields.createdAt);
  }
}
