import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HTTP_PROFILES } from "./http-profiles.ts";
import { HTTP_SESSION_DEFAULTS, type HttpSessionOptions } from "./http-session-options.ts";
import { OPERATION_TIMEOUTS } from "./operation-timeouts.ts";
import { resolveHttpSessionOptions } from "./resolve-http-session-options.ts";

test("the documented defaults are the defaults", () => {
  const source = readFileSync(new URL("./http-session-options.ts", import.meta.url), "utf8");
  const documented = source.matchAll(/@defaultValue ([^\n]+)\n\s+\*\/\n\s+readonly (\w+)\?/g);
  const defaults: Record<string, unknown> = {};
  for (const [, value = "", name = ""] of documented) {
    if (/^["\d]/.test(value)) defaults[name] = JSON.parse(value);
  }

  expect(defaults).toEqual(HTTP_SESSION_DEFAULTS);
  expect(Object.isFrozen(HTTP_SESSION_DEFAULTS)).toBe(true);
});

test("what is not given has its default", () => {
  expect(resolveHttpSessionOptions({ readMs: 1 })).toMatchObject({
    ...HTTP_SESSION_DEFAULTS,
    readMs: 1,
  });
});

test("a profile's numbers stand in for those that are not given", () => {
  expect(resolveHttpSessionOptions({ profile: "exchange", readMs: 7 })).toMatchObject({
    profile: "exchange",
    totalConnections: 100,
    connectionsPerHost: 30,
    totalMs: 30_000,
    connectMs: 10_000,
    readMs: 7,
    maxWaiting: HTTP_SESSION_DEFAULTS.maxWaiting,
  });
  expect(HTTP_SESSION_DEFAULTS).toMatchObject(HTTP_PROFILES.alpaca);
});

test("profiles and operation timeouts are frozen, so that nobody changes them for everybody", () => {
  expect([HTTP_PROFILES, ...Object.values(HTTP_PROFILES)].every(Object.isFrozen)).toBe(true);
  expect(Object.isFrozen(OPERATION_TIMEOUTS)).toBe(true);
});

test("what is wrong with a policy is named with everything else", () => {
  const options = { totalMs: 0, retry: { attempts: 0 }, breaker: { failuresToOpen: 0.5 } };

  expect(() => resolveHttpSessionOptions(options)).toThrow(
    /totalMs.*failuresToOpen.*retry\.attempts/s,
  );
});

test.each<[string, HttpSessionOptions]>([
  ["no connections", { totalConnections: 0 }],
  ["half a connection", { connectionsPerHost: 1.5 }],
  ["a negative queue", { maxWaiting: -1 }],
  ["a limit that is not a number", { totalMs: Number.NaN }],
  ["a limit without end", { connectMs: Number.POSITIVE_INFINITY }],
  ["no time to read", { readMs: 0 }],
  ["a body of no bytes", { maxBodyBytes: 0 }],
  ["a user agent with a line break", { userAgent: "a\r\nx: y" }],
  ["a profile that is none", { profile: "bank" as never }],
  ["an operation without time", { operationTimeoutsMs: { ticker: 0 } }],
])("%s is refused by name", (_name, options) => {
  const [name = ""] = Object.keys(options);

  expect(() => resolveHttpSessionOptions(options)).toThrow(new RegExp(name));
});
