import { describe, expect, test } from "vitest";
import { HOLDFAST, holdfast, jsonLines, start } from "./command.ts";

describe("holdfast sim", () => {
  test("says how to reach it, is watched, and tells what happens", async () => {
    const sim = start([...HOLDFAST, "sim", "--port", "0", "--seed", "7"]);
    const [, url = ""] = await sim.untilSaid(
      /Simulated Alpaca at (http:\/\/127\.0\.0\.1:\d+), seed 7\./,
    );
    await sim.untilSaid(new RegExp(`new AlpacaClient\\(\\{ url: "${url}"`));
    await sim.untilSaid(
      /new streaming\.StockDataStream\(\{\n +url: "ws:\/\/127\.0\.0\.1:\d+\/v2\/iex"/,
    );

    const watch = start([...HOLDFAST, "watch", "--json", "--url", url, "--duration", "3s"]);
    await sim.untilSaid(/session opened {2}\/v2\/iex/);
    const answer = await fetch(`${url}/__simulator/faults`, {
      method: "POST",
      body: JSON.stringify({ kind: "cut" }),
    });
    expect(answer.status).toBe(200);
    await sim.untilSaid(/fault {3}cut/);
    const { code, stdout } = await watch.ended;
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ venue: "url", reconnects: 1 });

    sim.child.kill("SIGINT");
    const ended = await sim.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).toBe("");
    expect(ended.stdout).toMatch(/sessions 2 · messages \d+ · faults 1\n$/);
  });

  test("--json tells the same as NDJSON", async () => {
    const sim = start([...HOLDFAST, "sim", "--port", "0", "--json", "--cut-after", "200ms"]);
    const [, url = ""] = await sim.untilSaid(/"url":"(.*?)"/);
    await holdfast("watch", "--url", url, "--duration", "1s");
    sim.child.kill("SIGTERM");
    const { code, stdout, stderr } = await sim.ended;
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const lines = jsonLines(stdout);
    expect(lines[0]).toMatchObject({ type: "simulator", url, seed: expect.any(Number) });
    expect(lines).toContainEqual(expect.objectContaining({ type: "fault", kind: "cut", count: 1 }));
    expect(lines.filter(({ type }) => type === "session").length).toBeGreaterThanOrEqual(2);
    expect(lines.at(-1)).toMatchObject({ type: "summary", faults: 1 });
  });
});
