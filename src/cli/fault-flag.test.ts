import { describe, expect, test } from "vitest";
import { Faults } from "../core/faults.ts";
import { faultProblems } from "../simulator/fault-schema.ts";
import { FAULT_KINDS, faultFlag } from "./fault-flag.ts";

const read = (text: string): unknown => {
  const faults = new Faults();
  const fault = faultFlag(text, faults);
  faults.throwIfAny();
  return fault;
};

describe("a fault on the command line", () => {
  test.each([
    ["cut", { kind: "cut" }],
    ["cut:afterMs=3000", { kind: "cut", afterMs: 3_000 }],
    ["cut:after=3s,count=2", { kind: "cut", afterMs: 3_000, count: 2 }],
    ["mute:messages=40, for=1.5s", { kind: "mute", afterMessages: 40, durationMs: 1_500 }],
    ["close:code=1012,reason=see you", { kind: "close", code: 1_012, reason: "see you" }],
    ["keyless-ack:keys=lulds+statuses", { kind: "keyless-ack", keys: ["lulds", "statuses"] }],
    ["http-error:status=503,html=true", { kind: "http-error", status: 503, html: true }],
    ["http-stall:ms=Infinity,path=/v2", { kind: "http-stall", ms: Infinity, path: "/v2" }],
    ["ghost:keyId=key,path=/v2/iex", { kind: "ghost", keyId: "key", path: "/v2/iex" }],
  ])("%j", (text, fault) => {
    expect(read(text)).toEqual(fault);
    expect(faultProblems(fault)).toEqual([]);
  });

  test("with an unknown kind lists the known ones", () => {
    expect(() => read("quake:after=3s")).toThrow(/"quake:after=3s": the kind must be one of cut, /);
    expect(() => read("toString")).toThrow(/the kind must be one of/);
  });

  test.each(["cut:", "cut:after", "cut:=3", "cut:after=3s,,count=2"])("%j is no fault", (text) => {
    expect(() => read(text)).toThrow(/is not of the form key=value/);
  });

  test("the help knows exactly the kinds that the simulator has", () => {
    for (const kind of Object.keys(FAULT_KINDS)) {
      expect(faultProblems({ kind }).join()).not.toMatch(/kind/);
    }
  });
});
