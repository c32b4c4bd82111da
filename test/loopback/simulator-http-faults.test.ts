import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import type { Fault } from "../../src/simulator/index.ts";
import { eventually, pause } from "../support/eventually.ts";
import { get, start } from "./simulator-client.ts";
import { openWire } from "./simulator-wire.ts";

const ENDINGS = [
  ["reset", "ECONNRESET"],
  ["end", "end"],
] as const;

describe("an answer that breaks off", () => {
  test.each(ENDINGS)("before its head: not a byte of it (%s)", async (how, ending) => {
    const simulator = await start({ faults: [{ kind: "http-reset", how }] });
    const wire = await openWire(simulator);
    wire.send("GET", "/v2/clock");
    expect(await wire.ended()).toBe(ending);
    expect(wire.text).toBe("");
    expect(simulator.state()).toMatchObject({
      faultsFired: { "http-reset": 1 },
      requests: { "/v2/clock": 1 },
    });
  });

  test.each(ENDINGS)("after its head: the head alone (%s)", async (how, ending) => {
    const simulator = await start({ faults: [{ kind: "http-reset", at: "after-headers", how }] });
    const wire = await openWire(simulator);
    wire.send("GET", "/v2/clock");
    expect(await wire.ended()).toBe(ending);
    expect(wire.text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: \d{3}\r\n/);
    expect(wire.text.endsWith("\r\n\r\n")).toBe(true);
  });

  test.each(ENDINGS)("in its body: half of what it declared (%s)", async (how, ending) => {
    const simulator = await start({ faults: [{ kind: "http-reset", at: "mid-body", how }] });
    const wire = await openWire(simulator);
    wire.send("GET", "/v2/account");
    expect(await wire.ended()).toBe(ending);
    const [head = "", body = ""] = wire.text.split("\r\n\r\n");
    const declared = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
    expect(body.length).toBe(Math.ceil(declared / 2));
    expect(body.startsWith('{"id":')).toBe(true);
  });

  test("does not break off without the fault", async () => {
    const wire = await openWire(await start());
    wire.send("GET", "/v2/account");
    expect(await wire.answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\}$/);
    await pause(50);
    expect(wire.ending).toBeUndefined();
  });
});

describe("a connection that closes under the client", () => {
  test.each(ENDINGS)(
    "goes when it is used again, without an answer and without a trace (%s)",
    async (how, ending) => {
      const simulator = await start({ faults: [{ kind: "http-keep-alive-close", how }] });
      const wire = await openWire(simulator);
      wire.send("GET", "/v2/clock");
      await wire.answer();
      wire.send("POST", "/v2/orders", '{"client_order_id":"mine"}');
      expect(await wire.ended()).toBe(ending);
      expect(wire.text).toBe("");
      const { requests, writes, faultsFired } = simulator.state();
      expect(requests).toEqual({ "/v2/clock": 1 });
      expect(writes).toMatchObject([{ index: 1, method: "POST", status: undefined }]);
      expect(faultsFired).toEqual({ "http-keep-alive-close": 1 });
    },
  );

  test("is never one that is used for the first time", async () => {
    const simulator = await start({
      faults: [{ kind: "http-keep-alive-close", count: Number.POSITIVE_INFINITY }],
    });
    for (let round = 0; round < 5; round++) {
      const wire = await openWire(simulator);
      wire.send("GET", "/v2/clock");
      expect(await wire.answer()).toMatch(/^HTTP\/1\.1 200/);
    }
    expect(simulator.state().faultsFired).toEqual({});
  });

  test("stays open without the fault", async () => {
    const wire = await openWire(await start());
    for (let round = 0; round < 5; round++) {
      wire.send("GET", "/v2/clock");
      expect(await wire.answer()).toMatch(/^HTTP\/1\.1 200/);
    }
    expect(wire.ending).toBeUndefined();
  });
});

describe("an answer that takes its time", () => {
  test("in the middle: head and half of the body at once, the rest later", async () => {
    const simulator = await start({ faults: [{ kind: "http-stall", ms: 200, at: "mid-body" }] });
    const wire = await openWire(simulator);
    const began = performance.now();
    wire.send("GET", "/v2/account");
    await eventually(() => expect(wire.text).toMatch(/\r\n\r\n\{"id"/));
    expect(performance.now() - began).toBeLessThan(150);
    const answer = await wire.answer();
    expect(performance.now() - began).toBeGreaterThan(190);
    expect(() => JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).not.toThrow();
  });

  test("for ever in the middle, while the connection stays open", async () => {
    const simulator = await start({
      faults: [{ kind: "http-stall", ms: Number.POSITIVE_INFINITY, at: "mid-body" }],
    });
    const wire = await openWire(simulator);
    wire.send("GET", "/v2/account");
    await eventually(() => expect(wire.text).toMatch(/\r\n\r\n\{"id"/));
    const { length } = wire.text;
    await pause(150);
    expect(wire.text.length).toBe(length);
    expect(wire.ending).toBeUndefined();
  });
});

describe("an answer that is not what it should be", () => {
  test.each([
    ["empty", /^$/],
    ["html", /^<html>/],
    ["truncated", /^\{"id":.*[^}]$/],
  ] as const)("%s, with status 200", async (body, shape) => {
    const simulator = await start({ faults: [{ kind: "http-body", body }] });
    const wire = await openWire(simulator);
    wire.send("GET", "/v2/account");
    const [head = "", text = ""] = (await wire.answer()).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200/);
    expect(head).toMatch(
      body === "html" ? /Content-Type: text\/html/ : /Content-Type: application/,
    );
    expect(head).toContain(`Content-Length: ${text.length}`);
    expect(text).toMatch(shape);
    expect(() => JSON.parse(text)).toThrow();
    wire.send("GET", "/v2/account");
    const next = await wire.answer();
    expect(() => JSON.parse(next.split("\r\n\r\n")[1] ?? "")).not.toThrow();
  });
});

describe("a refusal", () => {
  test.each([500, 502, 503, 504])("%i comes as JSON and as a page", async (status) => {
    const simulator = await start({
      faults: [
        { kind: "http-error", status },
        { kind: "http-error", status, html: true },
      ],
    });
    const json = await get(simulator, "/v2/clock");
    expect([json.status, json.body]).toEqual([
      status,
      { code: 50010000, message: "internal server error" },
    ]);
    const page = await get(simulator, "/v2/clock");
    expect([page.status, page.headers.get("content-type")]).toEqual([status, "text/html"]);
    expect((await get(simulator, "/v2/clock")).status).toBe(200);
  });

  test("429 says when to come back as its fault tells it, or does not say it", async () => {
    const simulator = await start({
      faults: [
        { kind: "http-error", status: 429 },
        { kind: "http-error", status: 429, retryAfterSeconds: 3 },
        { kind: "http-error", status: 429, resetInSeconds: 7 },
      ],
    });
    const [plain, after, reset] = [
      await get(simulator, "/v2/clock"),
      await get(simulator, "/v2/clock"),
      await get(simulator, "/v2/clock"),
    ];
    for (const answer of [plain, after, reset]) {
      expect([answer.status, answer.text]).toEqual([
        429,
        '{"code":42910000,"message":"rate limit exceeded"}',
      ]);
    }
    expect(plain.headers.get("retry-after")).toBeNull();
    expect(after.headers.get("retry-after")).toBe("3");
    expect(reset.headers.get("retry-after")).toBeNull();
    expect(reset.headers.get("x-ratelimit-remaining")).toBe("0");
    const inSeconds = Number(reset.headers.get("x-ratelimit-reset")) - Date.now() / 1000;
    expect(inSeconds).toBeGreaterThan(6);
    expect(inSeconds).toBeLessThanOrEqual(8);
  });
});

describe("a fault with a ratio", () => {
  const statusesOf = async (seed: number, faults: readonly Fault[]): Promise<readonly number[]> => {
    const simulator = await start({ seed, faults });
    const statuses: number[] = [];
    for (let index = 0; index < 200; index++) {
      statuses.push((await get(simulator, "/v2/clock")).status);
    }
    return statuses;
  };
  const faults: readonly Fault[] = [
    { kind: "http-error", status: 503, ratio: 0.1 },
    { kind: "http-error", status: 500, ratio: 0.1 },
  ];

  test("strikes the same requests in every run of a seed, and others with another", async () => {
    const first = await statusesOf(7, faults);
    expect(await statusesOf(7, faults)).toEqual(first);
    expect(await statusesOf(8, faults)).not.toEqual(first);
    for (const status of [503, 500]) {
      const count = first.filter((one) => one === status).length;
      expect(count).toBeGreaterThan(8);
      expect(count).toBeLessThan(36);
    }
    expect(await statusesOf(7, [])).toEqual(Array.from({ length: 200 }, () => 200));
  });

  test("strikes as many of concurrent requests as of those one after the other", async () => {
    const strikes = async (isConcurrent: boolean): Promise<unknown> => {
      const simulator = await start({ faults: [{ kind: "http-reset", ratio: 0.2 }] });
      const requests = [];
      for (let index = 0; index < 100; index++) {
        const request = get(simulator, "/v2/clock").catch(() => undefined);
        if (!isConcurrent) await request;
        requests.push(request);
      }
      const failed = (await Promise.all(requests)).filter((answer) => answer === undefined).length;
      expect(simulator.state().faultsFired).toEqual({ "http-reset": failed });
      return failed;
    };
    expect(await strikes(true)).toBe(await strikes(false));
  });
});

test("a fault strikes only its method and its paths", async () => {
  const simulator = await start({
    faults: [{ kind: "http-error", status: 503, method: "DELETE", path: "/v2/orders", count: 9 }],
  });
  expect((await get(simulator, "/v2/orders")).status).toBe(200);
  const wire = await openWire(simulator);
  wire.send("DELETE", "/v2/orders/1");
  expect(await wire.answer()).toMatch(/^HTTP\/1\.1 503/);
});

test("everything wrong with a fault is told at once", async () => {
  const simulator = await start();
  const problemsOf = (fault: object): readonly string[] => {
    try {
      simulator.inject(fault as Fault);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).faults;
    }
    return [];
  };
  expect(
    problemsOf({ kind: "http-reset", at: "never", how: "gently", ratio: 1.5, method: "get" }),
  ).toHaveLength(4);
  expect(problemsOf({ kind: "http-body", body: "good", ratio: 0 })).toHaveLength(2);
  expect(problemsOf({ kind: "http-page" })).toHaveLength(1);
  expect(problemsOf({ kind: "http-idle-drop", meanMs: 0, path: "/v2" })).toHaveLength(2);
  expect(
    problemsOf({ kind: "http-error", status: 200, retryAfterSeconds: -1, resetInSeconds: 0.5 }),
  ).toHaveLength(3);
  expect(simulator.state().faultsWaiting).toBe(0);
});
