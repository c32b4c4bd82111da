import { styleText } from "node:util";

/** What colour is used for. */
export type Style = "good" | "bad" | "warning" | "quiet" | "strong";

/** Text in a style, or as it is where the output has no colours (no terminal, `NO_COLOR`). */
export type Paint = (style: Style, text: string) => string;

const FORMATS = {
  good: "green",
  bad: "red",
  warning: "yellow",
  quiet: "dim",
  strong: "bold",
} as const satisfies Record<Style, string>;

/** Paints for this stream; Node knows whether it takes colours. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(FORMATS[style], text, { stream });
}
