import { describe, expect, test } from "vitest";
import { type JsonLine, jsonLines, NPM_START, run, STACK, start } from "./command.ts";

const isData = ({ type }: JsonLine): boolean => ["trade", "quote", "bar"].includes(type);

describe("npm start", () => {
  test("streams a simulated market without keys and ends with a summary", async () => {
    const { code, stdout, stderr } = await run([...NPM_START, "--duration", "2s", "--json"]);
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    const summary = lines.at(-1);
    expect(summary).toMatchObject({
      type: "summary",
      reconnects: 0,
      errors: 0,
      dropped: 0,
      venue: "simulator",
      feed: "iex",
      seed: expect.any(Number),
    });
    expect(summary?.["messages"]).toBe(lines.filter(isData).length);
    expect(summary?.["messages"]).toBeGreaterThan(0);
    expect(summary?.["durationMs"]).toBeGreaterThanOrEqual(2_000);
    expect(summary?.["durationMs"]).toBeLessThan(3_000);
    expect(stderr).toMatch(/no API keys.*simulator \(seed \d+, http:\/\/127\.0\.0\.1:\d+\)/);
    expect(stderr).not.toMatch(STACK);
  });

  test("survives a cut and says so: one reconnect, data before and after", async () => {
    const command = ["npm", "start", "--silent", "--"];
    const flags = ["--duration", "12s", "--json", "--cut-after", "3s"];
    const { code, stdout } = await run([...command, ...flags]);
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.at(-1)).toMatchObject({
      type: "summary",
      reconnects: 1,
      errorsByCode: { ERR_CONNECTION_CLOSED: 1 },
    });
    const reconnect = lines.findIndex(({ type }) => type === "reconnect");
    expect(lines[reconnect]).toMatchObject({
      attempts: 1,
      cause: { code: "ERR_CONNECTION_CLOSED" },
    });
    expect(lines[reconnect]?.["downMs"]).toBeLessThan(2_000);
    expect(lines.slice(0, reconnect).some(isData)).toBe(true);
    expect(lines.slice(reconnect).some(isData)).toBe(true);
    const lost = lines.find(({ type, state }) => type === "state" && state === "waiting");
    expect(lost).toMatchObject({ cause: { code: "ERR_CONNECTION_CLOSED" } });
  });

  test("brings the first message within two seconds", async () => {
    const startedMs = performance.now();
    const { child, ended, untilSaid } = start([...NPM_START, "--json"]);
    await untilSaid(/"type":"(trade|quote)"/);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });
});
