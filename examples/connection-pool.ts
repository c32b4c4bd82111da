// Spreads symbols over several connections, each with credentials of its own, and exchanges one of
// them while the messages flow on. Alpaca allows one connection per account and stream, so a pool
// of two that can exchange one needs the key pairs of three accounts.
//
//   node --import ./scripts/typescript-loader.mjs examples/connection-pool.ts
import { setTimeout as sleep } from "node:timers/promises";
import { AlpacaConnectionPool } from "holdfast";
import { openMarket, RUN_MS } from "./support/market.ts";

const market = await openMarket({ plan: { connectionsPerEndpoint: 3 } });
const { credentials, ...access } = market.access;
const pool = new AlpacaConnectionPool({
  ...access,
  // The key pairs of your accounts: one connection each. The simulated account allows three.
  credentials: [credentials],
  connectionsPerCredential: 3,
  poolSize: 2,
  rotateAfterMs: RUN_MS / 3, // an hour, unless it is to be seen
  healthCheckMs: RUN_MS / 10,
  overlapMs: 100,
});
pool.onError((error) => console.error(error.message));
pool.onRotation(({ from, to, subscriptions, outcome }) => {
  console.log(`connection ${from} gave ${subscriptions} subscriptions to ${to}: ${outcome}`);
});
pool.onFailover(({ from, to, cause }) => {
  console.log(`connection ${from} failed (${cause.message}); ${to.join(", ")} took over`);
});

await pool.start();
const stocks = await pool.getConnection(["AAPL", "MSFT"], { channels: ["trades", "quotes"] });
const fund = await pool.getConnection(["SPY"], { channels: ["trades"], priority: 1 });

const heard = new Map<string, number>();
for (const connection of [stocks, fund]) {
  connection.route("trades", "*", ({ symbol }) => heard.set(symbol, (heard.get(symbol) ?? 0) + 1));
}
await sleep(RUN_MS);

for (const [symbol, trades] of heard) console.log(`${symbol}: ${trades} trades`);
for (const { id, state, subscriptions } of pool.getPoolMetrics().connections) {
  console.log(`connection ${id} is ${state} and carries ${subscriptions}`);
}
await pool.stop();
await market.close();
