import { describe, expect, test } from "vitest";
import { pause } from "../support/eventually.ts";
import { HOLDFAST, holdfast, jsonLines, run, STACK, start } from "./command.ts";

describe("holdfast watch --json", () => {
  test("writes nothing but JSON on standard output, the summary last", async () => {
    const { code, stdout, stderr } = await holdfast("watch", "AAPL", "--duration", "1s", "--json");
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.filter(({ type }) => type === "summary")).toEqual([lines.at(-1)]);
    const states = lines.filter(({ type }) => type === "state").map(({ state }) => state);
    expect(states).toEqual([
      "connecting",
      "welcoming",
      "authenticating",
      "live",
      "closing",
      "closed",
    ]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("repeats the market of a seed", async () => {
    const flags = ["--seed", "7", "--start-time", "2026-01-05T14:30:00Z"];
    const prices = async (): Promise<readonly unknown[]> => {
      const { stdout } = await holdfast("watch", "AAPL", ...flags, "--duration", "2s", "--json");
      const data = jsonLines(stdout).filter(({ type }) => type === "trade" || type === "quote");
      return data.slice(0, 5).map(({ receivedMs: _, ...event }) => event);
    };
    const first = await prices();
    expect(first).toHaveLength(5);
    expect(await prices()).toEqual(first);
  });

  test("subscribes to what it is told", async () => {
    const flags = ["--feed", "crypto", "--channels", "trades,orderbooks", "--rate", "20"];
    const { stdout } = await holdfast("watch", "btc/usd", ...flags, "--duration", "1s", "--json");
    const summary = jsonLines(stdout).at(-1);
    expect(summary).toMatchObject({ feed: "crypto", type: "summary" });
    const channels = Object.keys(summary?.["byChannel"] as object).sort();
    expect(channels).toEqual(["orderbooks", "trades"]);
  });

  test("drops and counts when the reader is too slow, and keeps its memory", async () => {
    const flags = ["--json", "--rate", "5000", "--duration", "6s", "--cut-after", "5s"];
    const { child, ended } = start([...HOLDFAST, "watch", ...flags]);
    child.stdout?.pause();
    await pause(7_000);
    child.stdout?.resume();
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(10 * 1024 * 1024);
    const lines = jsonLines(stdout);
    const summary = lines.at(-1);
    const written = lines.filter(({ type }) => ["trade", "quote", "bar"].includes(type)).length;
    expect(summary?.["dropped"]).toBeGreaterThan(0);
    expect(written + Number(summary?.["dropped"])).toBe(summary?.["messages"]);
    const told = lines.filter(({ type }) => type === "dropped");
    expect(told.reduce((sum, { messages }) => sum + Number(messages), 0)).toBe(
      summary?.["dropped"],
    );
    // What happened to the connection is told even so.
    expect(lines.some(({ type }) => type === "reconnect")).toBe(true);
  });
});

describe("holdfast watch, piped", () => {
  test("writes one aligned line an event, and a summary", async () => {
    const { code, stdout } = await holdfast("watch", "AAPL", "TSLA", "--duration", "2s");
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    const data = lines.filter((line) => /^\d\d:\d\d:\d\d\.\d{3} {2}(trade|quote)/.test(line));
    expect(data.length).toBeGreaterThan(5);
    const quotes = data.filter((line) => line.includes("quote"));
    expect(new Set(quotes.map((line) => line.indexOf("×"))).size).toBe(1);
    expect(lines[0]).toMatch(/state {3}connected$/);
    expect(stdout).toMatch(
      /\n {2}messages +\d+ {3}quotes \d+ · trades \d+(?: · bars \d+)?\n {2}reconnects +0\n/,
    );
    expect(stdout).not.toContain("\u001B");
  });

  test("says what happened to the connection", async () => {
    const { stdout } = await holdfast("watch", "--cut-after", "500ms", "--duration", "4s");
    expect(stdout).toMatch(/state {3}lost, trying again in [\d.]+ m?s: connection closed \(1006\)/);
    expect(stdout).toMatch(/state {3}reconnected after \d+/);
    expect(stdout).toMatch(/gap {5}quotes of .*: going on from the latest/);
    expect(stdout).toMatch(/gap {5}repaired .* found in history/);
    expect(stdout).toMatch(
      /reconnects +1\n {2}gaps +\d+ .*repaired \d+.*\n {2}errors +1 {3}ERR_CONNECTION_CLOSED 1\n/,
    );
  });

  test.each(["watch", "watch --json"])("ends quietly when its reader leaves: %s", async (args) => {
    const command = [...HOLDFAST, ...args.split(" ")].map((word) => `'${word}'`).join(" ");
    const script = `${command} | head -n 3; echo "status \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await run(["bash", "-c", script]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe("status 0");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(STACK);
  });
});

describe("ending", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s: a summary, status 0", async (signal) => {
    const { child, ended, untilSaid } = start([...HOLDFAST, "watch", "--json"]);
    const [, port] = await untilSaid(/127\.0\.0\.1:(\d+)/);
    await untilSaid(/"type":"quote"/);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)?.type).toBe("summary");
    expect(stderr).not.toMatch(STACK);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  test("one Ctrl-C that arrives twice at once, as under npm, is one", async () => {
    const { child, ended, untilSaid } = start([...HOLDFAST, "watch", "--json"]);
    await untilSaid(/"type":"quote"/);
    child.kill("SIGINT");
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)?.type).toBe("summary");
  });

  test("a second Ctrl-C does not wait for a reader that does not read", async () => {
    const { child, ended } = start([...HOLDFAST, "watch", "--json", "--rate", "2000"]);
    child.stdout?.pause();
    await pause(1_500);
    child.kill("SIGINT");
    await pause(1_000);
    expect(child.exitCode).toBeNull();
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(child.exitCode).toBe(130);
    child.stdout?.resume();
    await ended;
  });
});

describe("a fatal refusal", () => {
  test("is one clear line with its code, and status 1", async () => {
    const { code, stdout, stderr } = await holdfast(
      "watch",
      "--json",
      "--fault",
      "reject-auth:code=402",
    );
    expect(code).toBe(1);
    const lines = jsonLines(stdout);
    expect(lines.at(-1)).toMatchObject({ type: "summary", messages: 0, errors: 1 });
    expect(lines.find(({ type }) => type === "error")).toMatchObject({ code: "ERR_AUTH_REJECTED" });
    const said = stderr.trim().split("\n");
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(
      /^holdfast: the venue refused the credentials \(402 .*\[ERR_AUTH_REJECTED\] – check/,
    );
  });

  test("of every symbol leaves nothing to watch", async () => {
    const { code, stderr } = await holdfast(
      "watch",
      "--fault",
      "reject-subscribe:code=405,count=50",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[ERR_SUBSCRIPTION_REJECTED\]/);
    expect(stderr).not.toMatch(STACK);
  });

  test("--max-reconnects gives up on a venue that is not there", async () => {
    const { code, stderr } = await holdfast(
      "watch",
      "--url",
      "ws://127.0.0.1:9",
      "--max-reconnects",
      "0",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/gave up after 0 reconnect attempts.*\[ERR_RETRIES_EXHAUSTED\]/);
  });
});
