// Where the examples get their market from: HOLDFAST_URL, or Alpaca with the keys of the environment,
// or, with neither, a simulator of their own.
import type { AlpacaCredentials } from "holdfast";
import { type SimulatorOptions, startSimulator } from "holdfast/simulator";

/** What a client needs to reach the market. */
export interface Market {
  readonly access: { readonly url?: string; readonly credentials: AlpacaCredentials };
  close(): Promise<void>;
}

/** Call `close` at the end: a simulator keeps the process alive. */
export async function openMarket(simulated: SimulatorOptions = {}): Promise<Market> {
  const { ALPACA_API_KEY: keyId, ALPACA_API_SECRET: secretKey, HOLDFAST_URL: url } = process.env;
  if (keyId && secretKey) {
    return { access: { credentials: { keyId, secretKey }, ...(url && { url }) }, async close() {} };
  }
  const credentials = { keyId: "any", secretKey: "pair" };
  if (url) return { access: { credentials, url }, async close() {} };
  const simulator = await startSimulator(simulated);
  console.log(`a simulated market, seed ${simulator.seed}`);
  return { access: { credentials, url: simulator.url }, close: () => simulator.close() };
}

/** How long an example runs, in milliseconds: HOLDFAST_EXAMPLE_MS, or ten seconds. */
export const RUN_MS: number = Number(process.env["HOLDFAST_EXAMPLE_MS"] ?? 10_000);
