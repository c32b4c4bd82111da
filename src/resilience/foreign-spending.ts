/** Requests of somebody else that count against our budget until `untilMs`. */
export interface ForeignShare {
  readonly count: number;
  readonly untilMs: number;
}

/**
 * What others spend of a shared budget, as far as the server's answers prove it. Each proof is a
 * lower bound that holds until a moment; what counts is the highest bound that still holds. Bounds
 * that another one outlasts and outweighs are dropped, so the rest falls in count as it rises in time.
 */
export class ForeignSpending {
  #shares: readonly ForeignShare[] = [];

  /** At least `count` requests of others are counted until `untilMs`. */
  note(count: number, untilMs: number): void {
    const isOutdone = this.#shares.some(
      (share) => share.count >= count && share.untilMs >= untilMs,
    );
    if (isOutdone) return;
    const kept = this.#shares.filter((share) => share.count > count || share.untilMs > untilMs);
    this.#shares = [...kept, { count, untilMs }].sort((a, b) => a.untilMs - b.untilMs);
  }

  /** The bounds that hold at `nowMs`: the first is the one that counts, each next one follows it. */
  at(nowMs: number): readonly ForeignShare[] {
    const ended = this.#shares.findIndex((share) => share.untilMs > nowMs);
    if (ended !== 0) this.#shares = ended < 0 ? [] : this.#shares.slice(ended);
    return this.#shares;
  }

  countAt(nowMs: number): number {
    return this.at(nowMs)[0]?.count ?? 0;
  }
}
