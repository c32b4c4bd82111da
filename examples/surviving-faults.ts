// How to test a program of your own against what really happens to connections: the simulator breaks
// them on purpose, and the same seed and faults give the same history each time.
//
//   node --import ./scripts/typescript-loader.mjs examples/surviving-faults.ts
import assert from "node:assert/strict";
import { once } from "node:events";
import { AlpacaWebSocketClient, type Reconnected } from "holdfast";
import { type Fault, startSimulator } from "holdfast/simulator";

const venue = await startSimulator({ seed: 42, ratePerSymbol: 50 });
const stream = new AlpacaWebSocketClient({
  url: venue.url,
  credentials: { keyId: "any", secretKey: "pair" },
  // Impatient, so that the example is short. The defaults suit a real venue.
  reconnect: { baseMs: 50, reauthenticateAfterMs: 100 },
  heartbeat: { intervalMs: 200, timeoutMs: 200 },
  staleAfterMs: 400,
  expectsData: () => true,
});

const events = new EventTarget();
let trades = 0;
stream.registerHandler("t", () => {
  trades++;
  events.dispatchEvent(new Event("trade"));
});
let last: Reconnected | undefined;
stream.onReconnect((reconnected) => {
  last = reconnected;
  events.dispatchEvent(new Event("reconnected"));
});

await stream.connect();
await stream.subscribe({ trades: ["AAPL", "MSFT"] });
await once(events, "trade");

const faults: readonly Fault[] = [
  { kind: "cut" }, // no close frame
  { kind: "close", code: 1012, reason: "restart" },
  { kind: "mute" }, // open, answers pings, brings nothing
  { kind: "half-open" }, // brings nothing, answers nothing
  { kind: "ghost", ghostMs: 1_000 }, // the dead session keeps the slot: 406 until it is gone
];
for (const fault of faults) {
  const before = trades;
  const reconnected = once(events, "reconnected");
  venue.inject(fault);
  await reconnected;
  await once(events, "trade"); // the subscription is back, too
  console.log(
    `${fault.kind.padEnd(9)} away ${Math.round(last?.downMs ?? 0)} ms: ${last?.cause.message}`,
  );
  assert.ok(trades > before);
}

assert.equal(stream.getMetrics().reconnects, faults.length);
assert.deepEqual(stream.getMetrics().subscriptions.trades, ["AAPL", "MSFT"]);
console.log(`${faults.length} faults survived, ${trades} trades`);

await stream.disconnect();
assert.equal(venue.state().sessions.length, 0);
await venue.close();
