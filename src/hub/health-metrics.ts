import prometheus from "prom-client";
import type { AlpacaClientHealth } from "./alpaca-client.ts";

/** Where metrics are defined, and what stands before their names. */
export interface MetricPlace {
  readonly registry: prometheus.Registry;
  readonly prefix: string;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];
type Samples = (health: AlpacaClientHealth) => readonly Sample[];
type Definition = readonly [
  kind: "Gauge" | "Counter",
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: Samples,
];

const STREAM_STATES = [
  "idle",
  "connecting",
  "welcoming",
  "authenticating",
  "refused",
  "live",
  "waiting",
  "closing",
  "closed",
] as const;
const CIRCUIT_STATES = ["closed", "open", "half-open"] as const;

const only = (value: number): readonly Sample[] => [[{}, value]];

/** 1 for the state that holds, 0 for the others, as Prometheus wants an enumeration. */
const states = (
  all: readonly string[],
  current: string,
  labels: Readonly<Record<string, string>> = {},
): readonly Sample[] =>
  all.map((state) => [{ ...labels, state }, state === current ? 1 : 0] as const);

const DEFINITIONS: readonly Definition[] = [
  [
    "Counter",
    "request_attempts_total",
    "Attempts, the first of each request included",
    [],
    ({ http }) => only(http.attempts),
  ],
  [
    "Counter",
    "request_retries_total",
    "Attempts beyond the first, by operation",
    ["operation"],
    ({ http }) =>
      Object.entries(http.operations).map(([operation, { retries }]) => [{ operation }, retries]),
  ],
  [
    "Counter",
    "request_resets_total",
    "Attempts whose connection was lost under them",
    [],
    ({ http }) => only(http.resets),
  ],
  [
    "Counter",
    "pool_connections_opened_total",
    "Connections opened",
    [],
    ({ http }) => only(http.connectionsOpened),
  ],
  [
    "Gauge",
    "pool_connections",
    "Open connections by origin, with a request or idle",
    ["origin", "state"],
    ({ http }) =>
      Object.entries(http.origins).flatMap(([origin, { active, idle }]): Sample[] => [
        [{ origin, state: "active" }, active],
        [{ origin, state: "idle" }, idle],
      ]),
  ],
  [
    "Gauge",
    "pool_waiting",
    "Requests that wait for a connection, by origin",
    ["origin"],
    ({ http }) =>
      Object.entries(http.origins).map(([origin, { waiting }]) => [{ origin }, waiting]),
  ],
  [
    "Gauge",
    "pool_reuse_ratio",
    "Share of attempts on a connection that was open already",
    [],
    ({ http }) => only(http.reuseRatio),
  ],
  [
    "Gauge",
    "breaker_state",
    "1 for the state the origin's circuit is in",
    ["origin", "state"],
    ({ http }) =>
      http.circuits.flatMap(({ origin, state }) => states(CIRCUIT_STATES, state, { origin })),
  ],
  [
    "Gauge",
    "budget_limit",
    "Requests allowed in the window",
    ["budget"],
    ({ budgets }) => budgets.map(({ key, limit }) => [{ budget: key }, limit]),
  ],
  [
    "Gauge",
    "budget_used",
    "Requests of ours in the window",
    ["budget"],
    ({ budgets }) => budgets.map(({ key, used }) => [{ budget: key }, used]),
  ],
  [
    "Gauge",
    "budget_waiting",
    "Requests that wait for the budget, by lane",
    ["budget", "lane"],
    ({ budgets }) =>
      budgets.flatMap(({ key, waitingByLane }) =>
        Object.entries(waitingByLane).map(
          ([lane, waiting]): Sample => [{ budget: key, lane }, waiting],
        ),
      ),
  ],
  [
    "Gauge",
    "stream_state",
    "1 for the state the stream is in",
    ["state"],
    ({ stream }) => states(STREAM_STATES, stream.state),
  ],
  [
    "Counter",
    "stream_messages_total",
    "Messages received, by type",
    ["type"],
    ({ stream }) => Object.entries(stream.messagesByType).map(([type, count]) => [{ type }, count]),
  ],
  [
    "Counter",
    "stream_bytes_total",
    "Bytes received in frames",
    [],
    ({ stream }) => only(stream.bytes),
  ],
  [
    "Counter",
    "stream_reconnects_total",
    "Connections after the first",
    [],
    ({ stream }) => only(stream.reconnects),
  ],
  [
    "Counter",
    "stream_decode_errors_total",
    "Frames or messages that could not be decoded",
    [],
    ({ stream }) => only(stream.decodeErrors),
  ],
  [
    "Counter",
    "handler_errors_total",
    "Callbacks that threw or rejected",
    [],
    ({ stream }) => only(stream.handlerErrors),
  ],
];

/** Defines everything that is read from a client's health at each scrape, once per scrape. */
export function defineHealthMetrics(
  { registry, prefix }: MetricPlace,
  health: () => AlpacaClientHealth,
): void {
  for (const [kind, name, help, labelNames, samples] of DEFINITIONS) {
    new prometheus[kind]({
      name: prefix + name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset(); // what is gone, such as an origin without connections, must not linger
        for (const [labels, value] of samples(health())) this.inc({ ...labels }, value);
      },
    });
  }
}
