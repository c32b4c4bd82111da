import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BATCH_DEFAULTS } from "../core/bounded-batches.ts";
import { BUFFER_DEFAULTS } from "../core/bounded-stream.ts";
import { HTTP_SESSION_DEFAULTS } from "../http/http-session-options.ts";
import { SESSION_FETCH_DEFAULTS } from "../http/session-fetch.ts";
import { BACKOFF_DEFAULTS } from "../resilience/backoff.ts";
import { HEARTBEAT_DEFAULTS } from "../socket/heartbeat.ts";
import { ISOLATE_DEFAULTS } from "../socket/isolate-options.ts";
import {
  CONNECTION_TIMEOUT_DEFAULTS,
  RECONNECT_DEFAULTS,
  resolveConnectionOptions,
} from "../socket/live-socket-options.ts";
import { BACKFILL_DEFAULTS } from "../streaming/gap-ledger/channel-rules.ts";
import { STREAM_MANAGER_DEFAULTS } from "../streaming/stream-manager/stream-manager-options.ts";
import { resolveWebSocketOptions } from "../venues/alpaca/websocket-options.ts";
import { ALPACA_CLIENT_DEFAULTS } from "./alpaca-client-options.ts";

const VALUE = /^(?:-?\d+(?:\.\d+)?|Infinity|true|false|"[^"]*")$/;
/** One field with its comment; the comment may not reach beyond its own end. */
const FIELD = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\??:/g;

/** What the source of an interface says about the default of each of its fields. */
function documented(file: string, name: string): Record<string, string | undefined> {
  const source = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  const body = new RegExp(String.raw`export interface ${name}\b[^{]*\{([\s\S]*?)\n\}`).exec(
    source,
  )?.[1];
  if (body === undefined) throw new Error(`${file} has no interface ${name}`);
  const tags = [...body.matchAll(FIELD)].map(([, comment = "", field = ""]) => {
    const tag = /@defaultValue ([^\n]*?)\s*(?:\n|$)/.exec(comment)?.[1];
    return [field, tag] as const;
  });
  return Object.fromEntries(tags);
}

/** The fields whose documented default is a plain value, as that value. */
function plainDefaults(file: string, name: string): Record<string, unknown> {
  const plain = Object.entries(documented(file, name)).flatMap(([field, tag]) => {
    if (tag === undefined || !VALUE.test(tag)) return [];
    return [[field, tag === "Infinity" ? Number.POSITIVE_INFINITY : JSON.parse(tag)] as const];
  });
  return Object.fromEntries(plain);
}

const { reconnect: _r, timeouts: _t, heartbeat: _h, ...connection } = resolveConnectionOptions({});
const { clock: _c, random: _n, ca: _a, ...connectionDefaults } = connection;
const websocket = resolveWebSocketOptions({
  credentials: { keyId: "PKTEST", secretKey: "not-a-real-secret" },
});
const { baseMs: _b, maxMs: _m, jitter: _j, ...reconnectDefaults } = RECONNECT_DEFAULTS;

describe("documented defaults", () => {
  test.each<[string, string, object]>([
    ["core/bounded-stream.ts", "BufferOptions", BUFFER_DEFAULTS],
    ["resilience/backoff.ts", "BackoffOptions", BACKOFF_DEFAULTS],
    ["http/http-session-options.ts", "HttpSessionOptions", HTTP_SESSION_DEFAULTS],
    ["http/session-fetch.ts", "SessionFetchOptions", SESSION_FETCH_DEFAULTS],
    ["socket/heartbeat.ts", "HeartbeatOptions", HEARTBEAT_DEFAULTS],
    ["socket/live-socket-options.ts", "ConnectionTimeouts", CONNECTION_TIMEOUT_DEFAULTS],
    ["socket/live-socket-options.ts", "ReconnectOptions", reconnectDefaults],
    ["socket/live-socket-options.ts", "ConnectionOptions", connectionDefaults],
    ["core/bounded-batches.ts", "BatchOptions", { maxBatch: BATCH_DEFAULTS.maxBatch }],
    ["streaming/gap-ledger/channel-rules.ts", "BackfillOptions", BACKFILL_DEFAULTS],
    [
      "streaming/stream-manager/stream-manager-options.ts",
      "StreamManagerOptions",
      STREAM_MANAGER_DEFAULTS,
    ],
    ["socket/isolate-options.ts", "IsolateOptions", ISOLATE_DEFAULTS],
    ["hub/alpaca-client-options.ts", "AlpacaClientOptions", ALPACA_CLIENT_DEFAULTS],
  ])("in %s those of %s are the ones in force", (file, name, inForce) => {
    expect(plainDefaults(file, name)).toEqual(inForce);
  });

  test("of a stream are the ones in force", () => {
    const { streamType, feed, staleAfterMs, address } = websocket;
    expect(plainDefaults("venues/alpaca/websocket-options.ts", "AlpacaWebSocketOptions")).toEqual({
      streamType,
      feed,
      staleAfterMs,
      environment: "paper", // decides the trading stream's host, seen in the next test
      auth: address.auth,
      rawData: false,
      heartbeatIntervalMs: websocket.connection.heartbeat.intervalMs,
    });
    expect(
      documented("venues/alpaca/websocket-options.ts", "AlpacaWebSocketOptions")["encoding"],
    ).toBe(`"${address.encoding}", for the trading stream "json"`);
  });

  test("of a stream without an environment are those of paper", () => {
    const credentials = { keyId: "PKTEST", secretKey: "not-a-real-secret" };
    const trading = { credentials, streamType: "trading" } as const;
    expect(resolveWebSocketOptions(trading).address.url).toBe(
      resolveWebSocketOptions({ ...trading, environment: "paper" }).address.url,
    );
    expect(resolveWebSocketOptions(trading).address.encoding).toBe("json");
  });

  test("frozen, so that nobody changes them for everybody", () => {
    const all = [
      BUFFER_DEFAULTS,
      BACKOFF_DEFAULTS,
      HTTP_SESSION_DEFAULTS,
      SESSION_FETCH_DEFAULTS,
      HEARTBEAT_DEFAULTS,
      CONNECTION_TIMEOUT_DEFAULTS,
      RECONNECT_DEFAULTS,
      ALPACA_CLIENT_DEFAULTS,
    ];
    for (const defaults of all) expect(Object.isFrozen(defaults)).toBe(true);
  });

  test("the reader of the tags finds what is written", () => {
    expect(documented("core/bounded-stream.ts", "BufferOptions")).toEqual({
      capacity: "10000",
      overflow: '"dropOldest"',
    });
    expect(documented("http/http-session-options.ts", "HttpSessionOptions")["clock"]).toBe(
      "the system's clock",
    );
  });
});
