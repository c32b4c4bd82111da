import { Arrival } from "../../src/model/arrival.ts";
import type { MarketData } from "../../src/model/market-data.ts";
import type { AlpacaFrameDecoder } from "../../src/venues/alpaca/decode/alpaca-frame-decoder.ts";
import { decodeFrame, type RawMessage } from "../../src/venues/alpaca/frame-decoder.ts";
import { toModel } from "../../src/venues/alpaca/to-model.ts";

export const ARRIVAL: Arrival = new Arrival(1_700_000_000_000, 5);

/** What came of one message of a frame. */
export type Outcome =
  | {
      readonly kind: "data";
      readonly name: string;
      readonly json: unknown;
      readonly symbolId?: number;
    }
  | { readonly kind: "other"; readonly raw: unknown }
  | { readonly kind: "bad"; readonly cause: string };

function dataOf(message: MarketData): Outcome {
  return { kind: "data", name: message.constructor.name, json: message.toJSON() };
}

/** All that the decoder says of a frame, in its order. */
export function outcomes(
  decoder: AlpacaFrameDecoder,
  frame: Buffer,
  encoding: "json" | "msgpack",
  observe?: (message: MarketData, symbolId: number) => void,
): Outcome[] {
  const all: Outcome[] = [];
  decoder.decode(frame, encoding === "msgpack", encoding, ARRIVAL, {
    data: (message, symbolId) => {
      observe?.(message, symbolId);
      all.push(dataOf(message));
    },
    other: (raw) => all.push({ kind: "other", raw }),
    bad: (cause) => all.push({ kind: "bad", cause: String(cause) }),
  });
  return all;
}

/** The same by the generic decoder; `undefined` when it loses the whole frame. */
export function genericOutcomes(
  frame: Buffer,
  encoding: "json" | "msgpack",
): Outcome[] | undefined {
  let messages: unknown;
  try {
    messages = decodeFrame(frame, encoding === "msgpack", encoding);
  } catch {
    return undefined;
  }
  if (!Array.isArray(messages)) return undefined;
  return messages.map((raw: RawMessage): Outcome => {
    try {
      const message = toModel(raw, ARRIVAL);
      return message ? dataOf(message) : { kind: "other", raw };
    } catch (cause) {
      return { kind: "bad", cause: String(cause) };
    }
  });
}
