import { describe, expect, test } from "vitest";
import { Faults } from "../core/faults.ts";
import type { Environment } from "./environment.ts";
import { chooseVenue, type VenueChoice, type VenueFlags } from "./venue-choice.ts";

const KEYS = { ALPACA_API_KEY: "key", ALPACA_API_SECRET: "secret" };
const THEIR_KEYS = { APCA_API_KEY_ID: "their-key", APCA_API_SECRET_KEY: "their-secret" };

function choose(flags: Partial<VenueFlags>, environment: Environment = {}): VenueChoice {
  const faults = new Faults();
  const choice = chooseVenue({ simulator: {}, simulatorFlags: [], ...flags }, environment, faults);
  faults.throwIfAny();
  return choice;
}

describe("what is streamed from", () => {
  test("without keys and address it is the simulator", () => {
    expect(choose({})).toMatchObject({ kind: "simulator", because: "no-keys" });
    const empty = { ALPACA_API_KEY: "", ALPACA_API_SECRET: " ", HOLDFAST_URL: "" };
    expect(choose({}, empty)).toMatchObject({ kind: "simulator" });
  });

  test("with keys it is the paper account, with --live the live one", () => {
    expect(choose({}, KEYS)).toMatchObject({ kind: "paper", credentials: { keyId: "key" } });
    expect(choose({ live: true }, KEYS)).toMatchObject({ kind: "live" });
    expect(choose({}, THEIR_KEYS)).toMatchObject({ credentials: { keyId: "their-key" } });
    expect(choose({}, { ...KEYS, ...THEIR_KEYS })).toMatchObject({ credentials: { keyId: "key" } });
  });

  test("an address comes before keys, a flag before the environment", () => {
    const environment = { ...KEYS, HOLDFAST_URL: "ws://there" };
    const flags = { url: "ws://here" };
    expect(choose({}, environment)).toMatchObject({ kind: "url", url: "ws://there" });
    expect(choose(flags, environment)).toMatchObject({ url: "ws://here" });
    expect(choose({ live: true }, environment)).toMatchObject({ kind: "live" });
    expect(choose({ sim: true }, environment)).toMatchObject({ kind: "simulator" });
  });

  test("an address that is not Alpaca's needs no keys, and gets them when there are some", () => {
    expect(choose({ url: "ws://here" })).toMatchObject({ kind: "url" });
    expect(choose({ url: "ws://here" }, KEYS)).toMatchObject({ credentials: { keyId: "key" } });
    expect(() => choose({ url: "wss://stream.data.alpaca.markets" })).toThrow(/needs ALPACA_API/);
  });

  test("the simulator's flags are refused wherever they would be ignored", () => {
    const simulatorFlags = ["--seed", "--cut-after"];
    expect(choose({ simulatorFlags })).toMatchObject({ kind: "simulator" });
    expect(choose({ simulatorFlags, sim: true }, KEYS)).toMatchObject({ kind: "simulator" });
    for (const [flags, environment] of [
      [{ simulatorFlags }, KEYS],
      [{ simulatorFlags, url: "ws://here" }, {}],
      [{ simulatorFlags }, { HOLDFAST_URL: "ws://there" }],
    ] as const) {
      expect(() => choose(flags, environment)).toThrow(/^--seed is for .*; --cut-after is for /);
    }
  });

  test("a secret is never part of what is said", () => {
    const choice = choose({}, KEYS);
    expect(JSON.stringify(choice)).not.toMatch(/"secret"/);
    expect(() => choose({}, { ALPACA_API_SECRET: "hush-hush" })).toThrow(/ALPACA_API_KEY is not/);
    expect(() => choose({}, { ALPACA_API_SECRET: "hush-hush" })).not.toThrow(/hush/);
  });
});
