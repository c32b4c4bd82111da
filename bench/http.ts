// One REST call, the latest quote, over and over: ours beside undici itself, the official SDK on its
// own transport, and a connection per request, all in turn within each round of one run.
import * as sdk from "@alpacahq/alpaca-trade-api/rest";
import { HttpSession } from "holdfast";
import { Client, Pool } from "undici";
import { atMost, type Measure, median, ratioAtLeast, report } from "./support/measure.ts";
import { startResponder } from "./support/responder-process.ts";

const ROUNDS = 5;
const SLICE_MS = 800;
const PATH = "/v2/stocks/AAPL/quotes/latest";
const CONCURRENCIES = [10, 50] as const;

type Call = () => Promise<unknown>;

const json = process.argv.includes("--json");
report([...(await measurePlain()), ...(await measureEncrypted())], json);

async function measurePlain(): Promise<Measure[]> {
  const responder = await startResponder(false);
  const url = responder.url + PATH;
  const session = new HttpSession();
  const pool = new Pool(responder.url, { connections: 10 });
  const quotes = new sdk.marketData.StockApi(
    new sdk.marketData.Configuration({
      basePath: responder.url,
      keyId: "PKBENCH",
      secret: "bench",
    }),
  );
  const calls = {
    ours: async () => (await session.request({ operation: "quote", url })).json(),
    undici: async () => (await pool.request({ path: PATH, method: "GET" })).body.json(),
    sdk: () => quotes.stockLatestQuotes({ symbols: "AAPL" }),
    connectionEach: () => requestOnNewConnection(responder.url),
    ourFetch: async () => (await session.fetch(url)).json(),
    globalFetch: async () => (await fetch(url)).json(),
  };
  const measures: Measure[] = [];
  // Before anybody else has been there.
  for (const concurrency of CONCURRENCIES) {
    await throughput(calls.ours, concurrency);
    const most = await responder.mostConnections();
    measures.push(atMost(`connections to the host, at ${concurrency} concurrent`, most, 10));
  }
  for (const concurrency of CONCURRENCIES) {
    const rates = await interleaved(calls, concurrency);
    const at = `at ${concurrency} concurrent`;
    measures.push(
      ratioAtLeast(`requests per second beside undici, ${at}`, rates.ours, rates.undici, 0.8),
      ratioAtLeast(`beside the official SDK, ${at}`, rates.ours, rates.sdk, 3.5),
      ratioAtLeast(`beside a connection per request, ${at}`, rates.ours, rates.connectionEach, 3),
      ratioAtLeast(
        `session.fetch beside the global fetch, ${at}`,
        rates.ourFetch,
        rates.globalFetch,
        1,
      ),
    );
  }
  await Promise.all([session.close(), pool.close()]);
  await responder.close();
  return measures;
}

async function measureEncrypted(): Promise<Measure[]> {
  const responder = await startResponder(true);
  const ca = responder.ca ?? "";
  const session = new HttpSession({ ca });
  const url = responder.url + PATH;
  const calls = {
    ours: async () => (await session.request({ operation: "quote", url })).json(),
    connectionEach: () => requestOnNewConnection(responder.url, ca),
  };
  const measures: Measure[] = [];
  for (const concurrency of CONCURRENCIES) {
    const { ours, connectionEach } = await interleaved(calls, concurrency);
    const name = `TLS, beside a connection per request, at ${concurrency} concurrent`;
    measures.push(ratioAtLeast(name, ours, connectionEach, 20));
  }
  await session.close();
  await responder.close();
  return measures;
}

async function requestOnNewConnection(origin: string, ca?: string): Promise<unknown> {
  const client = new Client(
    origin,
    ca === undefined ? {} : { connect: { ca, maxCachedSessions: 0 } },
  );
  try {
    const { body } = await client.request({ path: PATH, method: "GET" });
    return await body.json();
  } finally {
    await client.destroy();
  }
}

/** Requests per second of each, the median of several rounds in which each has its turn. */
async function interleaved<Name extends string>(
  calls: Readonly<Record<Name, Call>>,
  concurrency: number,
): Promise<Record<Name, number>> {
  const entries = Object.entries(calls) as [Name, Call][];
  const rates = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, call] of entries) {
      const rate = await throughput(call, concurrency);
      if (round > 0) rates.get(name)?.push(rate); // the first round only warms up
    }
  }
  return Object.fromEntries(
    entries.map(([name]) => [name, median(rates.get(name) ?? [])]),
  ) as Record<Name, number>;
}

async function throughput(call: Call, concurrency: number): Promise<number> {
  const beganMs = performance.now();
  const endMs = beganMs + SLICE_MS;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await call();
      done++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return done / ((performance.now() - beganMs) / 1_000);
}
