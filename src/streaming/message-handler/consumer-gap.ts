import { Gap, type GapFields } from "../../model/gap.ts";

/**
 * Why a consumer lost messages: there was no room (`overflow`), or the handler stopped, or the processor
 * was taken off, before it had them (`stopped`).
 * @public
 */
export type LossReason = "overflow" | "stopped";

/** What one processor lost on one channel, all of at most a second together; others got it. @public */
export class ConsumerGap extends Gap {
  /** The processor's name. */
  readonly consumer: string;
  /** How many messages of each symbol were lost. */
  readonly droppedBySymbol: ReadonlyMap<string, number>;

  constructor(
    consumer: string,
    droppedBySymbol: ReadonlyMap<string, number>,
    fields: Pick<GapFields, "channel" | "ranges" | "dropped"> & { readonly reason: LossReason },
  ) {
    super({ ...fields, status: "lost", cause: "overflow" });
    this.consumer = consumer;
    this.droppedBySymbol = droppedBySymbol;
  }

  override toJSON(): Record<string, unknown> {
    const { consumer, droppedBySymbol } = this;
    return { ...super.toJSON(), consumer, droppedBySymbol: Object.fromEntries(droppedBySymbol) };
  }
}
