import { onTestFinished } from "vitest";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/index.ts";
import type { ConnectionOptions } from "../../src/socket/live-socket-options.ts";
import { AlpacaWebSocketClient } from "../../src/venues/alpaca/alpaca-websocket-client.ts";
import type { AlpacaWebSocketOptions } from "../../src/venues/alpaca/websocket-options.ts";

export const credentials = { keyId: "PKTEST", secretKey: "not-a-real-secret" };

/** Waits short enough for a test, in the proportions of the real ones. */
export const QUICK: ConnectionOptions = {
  reconnect: {
    baseMs: 20,
    maxMs: 500,
    stableAfterMs: 200,
    reauthenticateAfterMs: 100,
    limitReconnectAfterMs: 50,
  },
  timeouts: { connectMs: 2_000, welcomeMs: 500, authMs: 500, ackMs: 500, closeMs: 300 },
  heartbeat: { intervalMs: 200, timeoutMs: 300 },
};

export async function startVenue(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ seed: 1, ratePerSymbol: 100, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

export interface Connected {
  readonly client: AlpacaWebSocketClient;
  readonly errors: HoldfastError[];
  readonly codes: () => string[];
}

/** A client of the simulator that is closed when the test ends; its errors are kept. */
export function clientOf(
  simulator: { readonly url: string },
  options: Partial<AlpacaWebSocketOptions> = {},
): Connected {
  const client = new AlpacaWebSocketClient({
    credentials,
    url: simulator.url,
    ...QUICK,
    ...options,
  });
  const errors: HoldfastError[] = [];
  client.onError((error) => errors.push(error));
  onTestFinished(() => client.disconnect());
  return { client, errors, codes: () => errors.map((error) => error.code) };
}

/**
 * Unexpected reconnects would let resilience hide a fault: fails the test that did not ask for one.
 */
export function forbidReconnects(client: AlpacaWebSocketClient): void {
  onTestFinished(() => {
    const { reconnects } = client.getMetrics();
    if (reconnects > 0) throw new Error(`${reconnects} reconnects that this test did not expect`);
  });
}
