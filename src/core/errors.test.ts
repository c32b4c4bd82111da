import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import * as errors from "./errors.ts";
import { HoldfastError, isHoldfastError, messageOf } from "./holdfast-error.ts";
import * as requestErrors from "./request-errors.ts";
import { Secret } from "./secret.ts";

const cause = new Error("the underlying cause");
const options = { cause };
const facts = { operation: "quote", method: "GET", sent: true, attempts: 1, elapsedMs: 12 };

/** One of each class. */
const SAMPLES: Readonly<Record<string, HoldfastError>> = {
  AckTimeoutError: new errors.AckTimeoutError(10_000, options),
  AuthRejectedError: new errors.AuthRejectedError(402, "auth failed", options),
  CircuitOpenError: new requestErrors.CircuitOpenError(
    "https://example.com",
    1_000,
    facts,
    options,
  ),
  ClosedError: new errors.ClosedError("the stream", options),
  ConfigError: new errors.ConfigError(["one", "two"], options),
  ConnectionClosedError: new errors.ConnectionClosedError(1006, "reset", options),
  ConnectionLimitError: new errors.ConnectionLimitError("connection limit exceeded", options),
  ConnectTimeoutError: new errors.ConnectTimeoutError("auth", 8_000, options),
  DeadlineError: new requestErrors.DeadlineError("total", 5_000, facts, options),
  DecodeError: new errors.DecodeError("frame", Buffer.from("{"), options),
  HandlerError: new errors.HandlerError("trade", "AAPL", options),
  HandshakeRejectedError: new errors.HandshakeRejectedError(429, "retry", options),
  HttpStatusError: new requestErrors.HttpStatusError(
    { statusCode: 404, message: "no" },
    facts,
    options,
  ),
  NoDataError: new errors.NoDataError("bars of AAPL", options),
  NotEntitledError: new errors.NotEntitledError(409, "insufficient subscription", options),
  RateLimitedError: new requestErrors.RateLimitedError(1_500, facts, options),
  RequestFailedError: new requestErrors.RequestFailedError("reset", facts, options),
  ResponseDecodeError: new requestErrors.ResponseDecodeError(
    "body",
    Buffer.from("<html>"),
    { ...facts, statusCode: 200 },
    options,
  ),
  RetriesExhaustedError: new errors.RetriesExhaustedError(3, options),
  SlowConsumerError: new errors.SlowConsumerError("a consumer fell behind", options),
  StaleError: new errors.StaleError("no-pong", 5_000, options),
  SubscriptionIncompleteError: new errors.SubscriptionIncompleteError({ trades: ["A"] }, options),
  SubscriptionRejectedError: new errors.SubscriptionRejectedError(
    405,
    "symbol limit exceeded",
    { trades: ["A"] },
    options,
  ),
  UnexpectedFrameError: new errors.UnexpectedFrameError("out of place", options),
  VenueRejectedError: new errors.VenueRejectedError(412, "msgpack only", "fatal", options),
};

const FATAL = [
  "AuthRejectedError",
  "ClosedError",
  "ConfigError",
  "HandlerError",
  "HttpStatusError",
  "NoDataError",
  "NotEntitledError",
  "RetriesExhaustedError",
  "SubscriptionRejectedError",
  "VenueRejectedError",
];

describe("every error class", () => {
  const each = test.each(Object.entries(SAMPLES));

  test("has a sample in this test", () => {
    const classes = Object.entries({ ...errors, ...requestErrors }).filter(
      ([name, value]) =>
        typeof value === "function" &&
        value.prototype instanceof HoldfastError &&
        name !== "RequestError", // the base of the others
    );
    expect(classes.map(([name]) => name).sort()).toEqual(Object.keys(SAMPLES).sort());
  });

  each("%s is an Error with a name, a message, a code and its cause", (name, error) => {
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.message.length).toBeGreaterThan(3);
    expect(error.code).toMatch(/^ERR_[A-Z_]+$/);
    expect(error.stack).toContain(error.message);
    const causes = [error.cause, (error.cause as Error | undefined)?.cause];
    expect(causes).toContain(cause);
  });

  each("%s says what may be done next", (name, error) => {
    expect(error.disposition).toBe(FATAL.includes(name) ? "fatal" : "retry");
  });

  each("%s prints its code, its message and its fields", (name, error) => {
    const printed = inspect(error, { depth: null });
    expect(printed).toContain(name);
    expect(printed).toContain(error.code);
    for (const line of error.message.split("\n")) expect(printed).toContain(line);
    expect(printed).toContain("the underlying cause");
    for (const key of Object.keys(error)) if (key !== "name") expect(printed).toContain(key);
  });

  test("has a code of its own; the two kinds of undecodable data share theirs", () => {
    const codes = Object.values(SAMPLES).map((error) => error.code);
    const shared = codes.filter((code, index) => codes.indexOf(code) !== index);
    expect(shared).toEqual(["ERR_DECODE"]);
  });
});

describe("isHoldfastError", () => {
  test.each(Object.values(SAMPLES))("knows $name", (error) => {
    expect(isHoldfastError(error)).toBe(true);
  });

  test("knows the errors of another copy of the package, which instanceof does not", async () => {
    vi.resetModules();
    const copy = await import("./errors.ts");
    const foreign = new copy.ClosedError("the stream");
    expect(foreign).not.toBeInstanceOf(HoldfastError);
    expect(isHoldfastError(foreign)).toBe(true);
  });

  test.each([new Error("x"), { code: "ERR_CLOSED" }, "ERR_CLOSED", 5, null, undefined, () => {}])(
    "is not taken in by %s",
    (value) => {
      expect(isHoldfastError(value)).toBe(false);
    },
  );
});

describe("what errors say", () => {
  test("a config error lists every fault", () => {
    const error = new errors.ConfigError(["feed is wrong", "url is wrong"]);
    expect(error.faults).toEqual(["feed is wrong", "url is wrong"]);
    expect(error.message).toBe("feed is wrong; url is wrong");
  });

  test("an undecodable frame shows its first bytes, printable, and its length", () => {
    const bytes = Buffer.from(`\u0000"\n€${"x".repeat(100)}`);
    const error = new errors.DecodeError("frame", bytes);
    expect(error.firstBytes).toBe(`"\\x00"\\x0a\\xe2\\x82\\xac${"x".repeat(42)}…"`);
    expect(error.byteLength).toBe(106);
    expect(error.message).toContain(error.firstBytes);
    expect(new errors.DecodeError("frame", Buffer.from("abc")).firstBytes).toBe('"abc"');
  });

  test("long symbol lists are cut in the message and whole in the field", () => {
    const symbols = Array.from({ length: 25 }, (_, index) => `S${index}`);
    const error = new errors.SubscriptionRejectedError(405, "limit", { trades: symbols });
    expect(error.message).toContain("trades S0 S1");
    expect(error.message).toContain("S9 and 15 more");
    expect(error.message).not.toContain("S10");
    expect(error.rejected).toEqual({ trades: symbols });
  });

  test("a handler's error names the channel, and the symbol where there is one", () => {
    expect(new errors.HandlerError("trade", "AAPL").message).toBe(
      "a handler of trade for AAPL failed",
    );
    expect(new errors.HandlerError("news", "").message).toBe("a handler of news failed");
  });

  test("a secret in a cause stays hidden", () => {
    const secret = new Secret("hunter2-hunter2");
    const error = new errors.ClosedError("x", { cause: { credentials: { secret } } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hunter2");
  });

  test("anything thrown has a text", () => {
    expect(messageOf(new Error("gone"))).toBe("gone");
    expect(messageOf("gone")).toBe("gone");
    expect(messageOf(undefined)).toBe("undefined");
  });
});
