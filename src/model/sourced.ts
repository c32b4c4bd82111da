/** A value that says when it was true and where it came from. @public */
export interface Sourced<T> {
  readonly data: T;
  /**
   * When it was true, as RFC 3339 text: by the venue's time where its answer has one, else by ours when
   * it was asked for.
   */
  readonly asOf: string;
  /** How long ago that is, in milliseconds. */
  readonly ageMs: number;
  /** `stream`: the live stream brought it. `rest`: asked for just now. `cache`: asked for earlier. */
  readonly source: "stream" | "rest" | "cache";
  /** True when it is older than this kind of value may be to pass as current. */
  readonly stale: boolean;
}
