import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DATA_ENDPOINTS, type DataEndpoint } from "./endpoints.ts";
import { readSelection, Subscriptions } from "./subscriptions.ts";

function endpoint(path: string): DataEndpoint {
  const found = DATA_ENDPOINTS.get(path);
  if (!found) throw new Error(path);
  return found;
}

const iex = endpoint("/v2/iex");

describe("a subscription request", () => {
  test("is read channel by channel, and unknown keys are no channels", () => {
    const read = readSelection({ action: "subscribe", trades: ["AAPL"], quotes: [], note: 3 }, iex);
    expect(read).toEqual(new Map([["trades", ["AAPL"]]]));
  });

  test.each([
    [iex, { trades: "AAPL" }, 400],
    [iex, { trades: [7] }, 400],
    [iex, { trades: ["BTC/USD"] }, 400],
    [iex, { orderbooks: ["AAPL"] }, 410],
    [iex, { cancelErrors: ["AAPL"] }, 410],
    [endpoint("/v1beta1/opra"), { bars: ["AAPL271217C00230000"] }, 410],
    [endpoint("/v1beta1/opra"), { quotes: ["*"] }, 413],
    [endpoint("/v1beta1/opra"), { trades: ["AAPL"] }, 400],
    [endpoint("/v1beta3/crypto/us"), { trades: ["AAPL"] }, 400],
    [endpoint("/v1beta1/news"), { trades: ["AAPL"] }, 410],
  ])("%# is refused with its code", (where, request, code) => {
    expect(readSelection(request, where)).toBe(code);
  });

  test("an empty list of a channel the endpoint does not have asks for nothing", () => {
    expect(readSelection({ news: [], orderbooks: [] }, iex)).toEqual(new Map());
  });
});

const symbolLists = fc.uniqueArray(fc.constantFrom("A", "B", "C", "D", "*"), { maxLength: 4 });
const change = fc.record({
  adds: fc.boolean(),
  channel: fc.constantFrom("trades" as const, "quotes" as const, "bars" as const),
  symbols: symbolLists,
});

describe("a session's subscriptions", () => {
  test("are the sum of its changes, whatever their order", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const subscriptions = new Subscriptions(iex);
        const model = new Map<string, Set<string>>();
        for (const { adds, channel, symbols } of changes) {
          const held = model.get(channel) ?? new Set<string>();
          model.set(channel, held);
          for (const symbol of symbols) {
            if (adds) held.add(symbol);
            else held.delete(symbol);
          }
          if (adds) subscriptions.add(new Map([[channel, symbols]]));
          else subscriptions.remove(new Map([[channel, symbols]]));
        }
        const ack = subscriptions.acknowledgement();
        for (const channel of ["trades", "quotes", "bars"] as const) {
          expect(new Set(ack[channel])).toEqual(model.get(channel) ?? new Set());
        }
        expect(ack.corrections).toEqual(ack.trades);
        expect(ack.cancelErrors).toEqual(ack.trades);
      }),
    );
  });

  test("exceed a limit exactly when trades and quotes together do", () => {
    fc.assert(
      fc.property(
        symbolLists,
        symbolLists,
        symbolLists,
        fc.integer({ min: 0, max: 8 }),
        (trades, quotes, more, limit) => {
          const subscriptions = new Subscriptions(iex);
          subscriptions.add(new Map([["trades", trades] as const, ["quotes", quotes] as const]));
          const wanted = [new Set([...trades, ...more]), new Set(quotes)];
          const hasStar = wanted.some((symbols) => symbols.has("*"));
          const count = wanted.reduce((sum, symbols) => sum + symbols.size, 0);
          expect(subscriptions.wouldExceed(limit, new Map([["trades", more]]))).toBe(
            hasStar || count > limit,
          );
          expect(
            subscriptions.wouldExceed(Number.POSITIVE_INFINITY, new Map([["trades", more]])),
          ).toBe(false);
        },
      ),
    );
  });
});
