import type { Clock } from "../core/clock.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { BoundedOutput } from "./bounded-output.ts";
import { describeDuration } from "./duration.ts";
import { OutputError } from "./output-error.ts";
import { type SimulatorEvent, SimulatorWatch } from "./simulator-watch.ts";
import { timeOfDay } from "./time-of-day.ts";

/** Soon enough for the eye; looking costs next to nothing. */
const LOOK_MS = 100;

interface SimulatorLogOptions {
  readonly json: boolean;
  readonly clock: Clock;
  readonly stop: AbortController;
}

interface SimulatorStarted {
  readonly type: "simulator";
  readonly url: string;
  readonly port: number;
  readonly seed: number;
}

/** Tells what happens in a simulator, on standard output, from its start to its end. */
export class SimulatorLog {
  readonly #simulator: Simulator;
  readonly #json: boolean;
  readonly #clock: Clock;
  readonly #stop: AbortController;
  readonly #output: BoundedOutput;
  readonly #watch: SimulatorWatch;
  readonly #startedMs: number;
  #failure: Error | undefined;

  constructor(simulator: Simulator, { json, clock, stop }: SimulatorLogOptions) {
    this.#simulator = simulator;
    this.#json = json;
    this.#clock = clock;
    this.#stop = stop;
    this.#startedMs = clock.monotonicMs();
    this.#watch = new SimulatorWatch(simulator.state());
    this.#output = new BoundedOutput(process.stdout, {
      resumed: () => {}, // only facts are written
      closed: (error) => {
        if (error.code !== "EPIPE") this.#failure = new OutputError(error);
        stop.abort(error);
      },
    });
  }

  /** @throws OutputError when standard output fails */
  async untilStopped(): Promise<void> {
    const { url, port, seed } = this.#simulator;
    this.#tell({ type: "simulator", url, port, seed });
    this.#look();
    const { signal } = this.#stop;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    await this.#sayGoodbye();
    if (this.#failure) throw this.#failure;
  }

  #look(): void {
    if (this.#stop.signal.aborted) return;
    for (const event of this.#watch.changes(this.#simulator.state())) this.#tell(event);
    this.#clock.setTimer(() => this.#look(), LOOK_MS, { keepsProcessAlive: false });
  }

  #tell(event: SimulatorEvent | SimulatorStarted): void {
    const nowMs = this.#clock.nowMs();
    if (this.#json) {
      const { type, ...fields } = event;
      this.#output.fact(JSON.stringify({ type, atMs: Math.round(nowMs), ...fields }));
    } else if (event.type === "simulator") {
      for (const line of introduction(event.url, event.seed)) this.#output.fact(line);
    } else this.#output.fact(`${timeOfDay(nowMs)}  ${describeEvent(event)}`);
  }

  #sayGoodbye(): Promise<void> {
    const { handshakes, authentications, messagesSent, faultsFired } = this.#simulator.state();
    const durationMs = Math.round(this.#clock.monotonicMs() - this.#startedMs);
    const faults = Object.values(faultsFired).reduce((sum, count) => sum + count, 0);
    const summary = {
      type: "summary",
      handshakes,
      sessions: authentications,
      messages: messagesSent,
      faults,
      durationMs,
      seed: this.#simulator.seed,
    };
    const text = `${describeDuration(durationMs)} · sessions ${authentications} · messages ${messagesSent.toLocaleString("en-US")} · faults ${faults}`;
    return this.#output.finish(this.#json ? JSON.stringify(summary) : `\n${text}`);
  }
}

function introduction(url: string, seed: number): readonly string[] {
  const streamUrl = url.replace(/^http/, "ws");
  return [
    `Simulated Alpaca at ${url}, seed ${seed}. Any key pair is accepted. Ctrl-C ends it.`,
    "",
    "See it:",
    `  holdfast watch --url ${url}`,
    "A program of yours:",
    `  new AlpacaClient({ url: "${url}", credentials: { keyId: "k", secretKey: "s" } })`,
    "Alpaca's own SDK, its streams and its calls:",
    "  new streaming.StockDataStream({",
    `    url: "${streamUrl}/v2/iex", credentials: { keyId: "any", secret: "pair" },`,
    "  })",
    `  new marketData.Configuration({ basePath: "${url}", keyId: "any", secret: "pair" })`,
    "Break something, look inside:",
    `  curl -d '{"kind":"cut"}' ${url}/__simulator/faults`,
    `  curl ${url}/__simulator/state`,
    "",
  ];
}

function describeEvent(event: SimulatorEvent): string {
  switch (event.type) {
    case "session":
      return `session ${event.event.padEnd(7)} ${event.path}${event.keyId ? `  key ${event.keyId}` : ""}`;
    case "fault":
      return `fault   ${event.kind}${event.count > 1 ? ` × ${event.count}` : ""}`;
    default:
      return event satisfies never;
  }
}
