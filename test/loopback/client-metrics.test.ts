import { describe, expect, onTestFinished, test } from "vitest";
import { AlpacaClient } from "../../src/hub/alpaca-client.ts";
import { startMetrics } from "../../src/hub/metrics.ts";
import { eventually } from "../support/eventually.ts";
import { credentials, QUICK, startVenue } from "../support/venue.ts";

describe("metrics", () => {
  test("count requests, retries, the pool, the breaker, the budget and the stream", async () => {
    const simulator = await startVenue();
    const client = new AlpacaClient({ credentials, url: simulator.url, stream: QUICK });
    onTestFinished(() => client.close());
    using metrics = startMetrics(client, { labels: { account: "main" } });
    simulator.inject({ kind: "http-error", status: 503 });
    await client.quote("AAPL");
    await client.connectStream(["AAPL"]);
    await eventually(() => expect(client.getHealth().stream.messages).toBeGreaterThan(3));

    const lines = (await metrics.text()).split("\n");
    const value = (sample: string): number =>
      Number(
        lines
          .find((line) => line.startsWith(sample))
          ?.split(" ")
          .at(-1),
      );
    expect(
      value('holdfast_requests_total{operation="quote",outcome="answered",account="main"}'),
    ).toBe(1);
    expect(value("holdfast_request_duration_seconds_count{")).toBe(1);
    expect(value('holdfast_request_retries_total{operation="quote"')).toBe(1);
    expect(value("holdfast_request_attempts_total")).toBe(2);
    expect(value(`holdfast_breaker_state{origin="${simulator.url}",state="closed"`)).toBe(1);
    expect(value('holdfast_stream_state{state="live"')).toBe(1);
    expect(value('holdfast_stream_messages_total{type="quote"')).toBeGreaterThan(0);
    expect(lines.some((line) => line.startsWith("holdfast_budget_used{") && / 2$/.test(line))).toBe(
      true,
    );
    expect(lines.join("\n")).not.toContain(credentials.secretKey);
    expect(lines.join("\n")).not.toContain(credentials.keyId);
  });

  test("of two clients are apart, and stop when told to", async () => {
    const simulator = await startVenue();
    const clients = [1, 2].map(() => new AlpacaClient({ credentials, url: simulator.url }));
    onTestFinished(async () => void (await Promise.all(clients.map((client) => client.close()))));
    const [one, two] = clients.map((client) => startMetrics(client));
    await clients[0]?.quote("AAPL");
    expect(await one?.text()).toContain('outcome="answered"} 1');
    expect(await two?.text()).not.toContain('outcome="answered"');
    one?.stop();
    await clients[0]?.quote("MSFT");
    expect(await one?.text()).not.toContain('outcome="answered"} 2');
  });

  test("refuse a prefix that no metric may have", async () => {
    const simulator = await startVenue();
    const client = new AlpacaClient({ credentials, url: simulator.url });
    onTestFinished(() => client.close());
    expect(() => startMetrics(client, { prefix: "9 lives" })).toThrow(/prefix must be/);
  });
});
