import prometheus, { type Registry } from "prom-client";
import { Faults } from "../core/faults.ts";
import type { Unsubscribe } from "../core/listeners.ts";
import type { RequestEvent } from "../http/request-event.ts";
import type { AlpacaClientHealth } from "./alpaca-client.ts";
import { defineHealthMetrics } from "./health-metrics.ts";

/** What metrics are made of: an `AlpacaClient`, or anything that tells as much. @public */
export interface MeteredClient {
  /** Read at each scrape. */
  getHealth(): AlpacaClientHealth;
  /** Tells of every request that has ended. */
  onRequest(listener: (event: RequestEvent) => void): Unsubscribe;
}

/** How metrics are named. @public */
export interface MetricsOptions {
  /**
   * Stands before every name.
   * @defaultValue "holdfast_"
   */
  readonly prefix?: string;
  /**
   * Put on every sample, such as `{ account: "main" }`; never a secret.
   * @defaultValue none
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The metrics of one client, in a registry of their own. @public */
export interface ClientMetrics extends Disposable {
  /** The registry itself, for those who merge several. */
  readonly registry: Registry;
  /** What to answer a scrape with, in the Prometheus text format. */
  text(): Promise<string>;
  /** The `Content-Type` of that text. */
  readonly contentType: string;
  /** Stops listening to the client. Doing so twice is harmless. */
  stop(): void;
}

/** From a fast answer on the same coast to the longest total limit, in seconds. */
const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];

const PREFIX = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * Counts what a client does, for Prometheus. `prom-client` is loaded by this entry point alone, so a
 * program that wants no metrics does not pay for it.
 * @throws ConfigError when the prefix cannot begin a metric's name
 * @public
 */
export function startMetrics(
  client: MeteredClient,
  { prefix = "holdfast_", labels = {} }: MetricsOptions = {},
): ClientMetrics {
  const faults = new Faults();
  faults.require(
    PREFIX.test(prefix),
    "prefix must be letters, digits, _ and :, not beginning with a digit",
  );
  faults.throwIfAny();
  const registry = new prometheus.Registry();
  registry.setDefaultLabels(labels);
  const registers = [registry];
  const requests = new prometheus.Counter({
    name: `${prefix}requests_total`,
    help: "Requests that have ended, by operation and outcome",
    labelNames: ["operation", "outcome"],
    registers,
  });
  const durations = new prometheus.Histogram({
    name: `${prefix}request_duration_seconds`,
    help: "From the call to its end, all attempts and waits included",
    labelNames: ["operation"],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const stop = client.onRequest(({ operation, outcome, elapsedMs }) => {
    requests.inc({ operation, outcome });
    durations.observe({ operation }, elapsedMs / 1_000);
  });
  defineHealthMetrics({ registry, prefix }, () => client.getHealth());
  return {
    registry,
    text: () => registry.metrics(),
    contentType: registry.contentType,
    stop,
    [Symbol.dispose]: stop,
  };
}
