import type { AckKey } from "./endpoints.ts";
import type { TimedMessage } from "./outgoing-batch.ts";

const CHANNELS: { readonly [T in TimedMessage["T"]]: AckKey } = {
  t: "trades",
  q: "quotes",
  b: "bars",
  d: "dailyBars",
  u: "updatedBars",
  c: "corrections",
  x: "cancelErrors",
  l: "lulds",
  s: "statuses",
  i: "imbalances",
  o: "orderbooks",
  p: "pricing",
  n: "news",
};

/** The channel a message belongs to. @internal */
export function channelOf(message: TimedMessage): AckKey {
  return CHANNELS[message.T];
}

/** The symbols a message is about; news may have any number. @internal */
export function symbolsOf(message: TimedMessage): readonly string[] {
  return message.T === "n" ? message.symbols : [message.S];
}
