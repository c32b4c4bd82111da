import type { Clock } from "../core/clock.ts";
import type { Paint, Style } from "./paint.ts";
import { timeOfDay } from "./time-of-day.ts";

const KEPT = 50;

interface Notice {
  readonly atMs: number;
  readonly style: Style;
  readonly text: string;
}

/** The last things that happened to the connection, newest last. */
export class RecentNotices {
  readonly #clock: Clock;
  readonly #paint: Paint;
  #notices: readonly Notice[] = [];

  constructor(clock: Clock, paint: Paint) {
    this.#clock = clock;
    this.#paint = paint;
  }

  add(style: Style, text: string): void {
    const notice = { atMs: this.#clock.nowMs(), style, text: text.replaceAll(/\s+/g, " ") };
    this.#notices = [...this.#notices.slice(1 - KEPT), notice];
  }

  /** The newest, at most `count`, each cut to `columns`. */
  lines(count: number, columns: number): readonly string[] {
    return this.#notices.slice(-count).map(({ atMs, style, text }) => {
      const time = timeOfDay(atMs);
      const room = Math.max(columns - time.length - 2, 1);
      const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
      return `${this.#paint("quiet", time)}  ${this.#paint(style, shown)}`;
    });
  }
}
