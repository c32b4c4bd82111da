import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Secret } from "./secret.ts";

const TEXT = "hunter2-hunter2";
const secret = new Secret(TEXT);

describe("Secret", () => {
  test("reveals its text only when asked to", () => {
    expect(secret.reveal()).toBe(TEXT);
  });

  const circular: Record<string, unknown> = { secret };
  circular["self"] = circular;
  const error = Object.assign(new Error("refused", { cause: { secret } }), { secret });

  test.each<[string, () => string]>([
    ["a template", () => `${secret}`],
    ["concatenation", () => "key=".concat(secret as never)],
    ["String()", () => String(secret)],
    ["join", () => [secret].join()],
    ["JSON", () => JSON.stringify({ secret, list: [secret] })],
    ["inspect", () => inspect(secret)],
    ["inspect with hidden fields", () => inspect(secret, { showHidden: true, depth: null })],
    [
      "inspect without custom functions",
      () => inspect(secret, { customInspect: false, showHidden: true, depth: null }),
    ],
    ["inspect of what holds it", () => inspect({ a: { b: [secret] } }, { depth: null })],
    ["inspect of a circle", () => inspect(circular, { showHidden: true })],
    ["inspect of a map", () => inspect(new Map([["secret", secret]]), { depth: null })],
    ["inspect of an error", () => inspect(error, { showHidden: true, depth: null })],
    ["console formatting", () => format("%s %o %O %j", secret, secret, secret, secret)],
    [
      "its keys and values",
      () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)]),
    ],
    ["a structured clone", () => inspect(structuredClone(secret))],
  ])("%s does not print it", (_how, print) => {
    expect(print()).not.toContain(TEXT);
  });

  test("says that something is hidden instead", () => {
    expect(`${secret}`).toBe("[secret]");
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(inspect({ secret })).toBe("{ secret: [secret] }");
  });
});
