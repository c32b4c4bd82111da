import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { HOLDFAST, holdfast, run, STACK, start } from "./command.ts";

/** One line, as the whole of standard error. */
const ONE_LINE: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["wacth"], /unknown command 'wacth' – Did you mean watch\?/],
  [["watch", "--fed", "iex"], /unknown option '--fed' – Did you mean --feed\?/],
  [["watch", "--nonsense"], /unknown option '--nonsense'/],
  [["sim", "extra"], /too many arguments/],
  [["watch", "--duration"], /option '--duration <time>' argument missing/],
  [["watch", "--feed", "nyse"], /--feed must be one of iex, sip,.* not "nyse"/],
  [["watch", "--channels", "candles"], /"candles", which is not one of feed iex's: trades,/],
  [["watch", "--channels", ""], /"", which is not one of feed iex's/],
  [["watch", "--feed", "news", "--channels", "trades"], /not one of feed news's: news$/],
  [["watch", ""], /"" is not a symbol/],
  [["watch", "AAPL", " "], /"" is not a symbol/],
  [["watch", "AAPL,,MSFT"], /"" is not a symbol/],
  [["watch", "A B"], /"A B" is not a symbol/],
  [["watch", "--url", "nowhere"], /--url must be a URL .*not "nowhere"/],
  [["watch", "--url", "ftp://host"], /--url must be a URL .*not "ftp:\/\/host"/],
  [["watch", "--url", "wss://stream.data.alpaca.markets"], /needs ALPACA_API_KEY/],
  [["watch", "--duration", "NaN"], /--duration must be a time above zero.* not "NaN"/],
  [["watch", "--duration", "-3s"], /--duration must be .* not "-3s"/],
  [["watch", "--duration", "0s"], /--duration must be .* not "0s"/],
  [["watch", "--duration", "soon"], /--duration must be .* not "soon"/],
  [["watch", "--duration", "8"], /--duration must be .* not "8"/],
  [["watch", "--duration", "9999h"], /--duration must be at most 596h/],
  [["watch", "--duration", "Infinity"], /--duration must be /],
  [["watch", "--cut-after", "-1s"], /--cut-after must be .* not "-1s"/],
  [["watch", "--stale-after", "x"], /--stale-after must be /],
  [["watch", "--max-reconnects", "1.5"], /--max-reconnects must be whole, not 1\.5/],
  [["watch", "--rate", "0"], /--rate must be a number from 0\.001 to 100000, not 0/],
  [["watch", "--seed", "x"], /--seed must be a number, not "x"/],
  [["watch", "--seed", "-1"], /--seed must be a number of at least 0, not -1/],
  [["watch", "--session", "night"], /--session must be one of open, real, not "night"/],
  [["watch", "--start-time", "noon"], /--start-time must be RFC 3339/],
  [["watch", "--fault", "earthquake"], /the kind must be one of cut, close,/],
  [["watch", "--fault", "cut:after"], /"after" is not of the form key=value/],
  [["watch", "--fault", "cut:after=soon"], /--fault "cut:after=soon": afterMs: expected number/],
  [["watch", "--fault", "cut:speed=3"], /--fault "cut:speed=3": Unrecognized key: "speed"/],
  [["watch", "--sim", "--live"], /--sim and --live exclude each other/],
  [["watch", "--live"], /--live needs ALPACA_API_KEY and ALPACA_API_SECRET/],
  [
    ["watch", "--url", "ws://127.0.0.1:9", "--cut-after", "3s"],
    /--cut-after is for the built-in simulator, but --url connects elsewhere/,
  ],
  [["sim", "--port", "70000"], /--port must be a number from 0 to 65535, not 70000/],
  [["sim", "--port", "http"], /--port must be a number, not "http"/],
  [["sim", "--host", ""], /--host must not be empty/],
];

describe("bad input gets one clear line and status 2", () => {
  test.each(ONE_LINE)("holdfast %j", async (args, says) => {
    const { code, stdout, stderr } = await holdfast(...args);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^holdfast: /);
    expect(stderr.trim()).toMatch(says);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("lists every fault at once", async () => {
    const { code, stderr } = await holdfast(
      ...["watch", "", "--feed", "nyse", "--channels", "candles", "--duration", "x"],
      ...["--seed", "y", "--fault", "quake"],
    );
    expect(code).toBe(2);
    const lines = stderr.trim().split("\n");
    expect(lines[0]).toBe("holdfast: the command line has several faults");
    expect(lines).toHaveLength(7);
    for (const fault of ['""', "--feed", "--channels", "--duration", "--seed", "--fault"]) {
      expect(lines.filter((line) => line.startsWith(`  - ${fault}`))).toHaveLength(1);
    }
    expect(stderr).not.toMatch(STACK);
  });
});

describe("the environment", () => {
  const pairs = [
    { ALPACA_API_KEY: "key" },
    { ALPACA_API_SECRET: "hush-hush" },
    { APCA_API_KEY_ID: "key" },
    { APCA_API_SECRET_KEY: "hush-hush" },
    { ALPACA_API_KEY: "key", APCA_API_SECRET_KEY: "hush-hush" },
    { ALPACA_API_KEY: "key", ALPACA_API_SECRET: " " },
  ];
  test.each(pairs)("half a key pair is an error: %j", async (environment) => {
    const { code, stderr } = await run([...HOLDFAST, "watch"], environment);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^holdfast: A\w+ is set but A\w+ is not; set both, or neither/);
    expect(stderr).not.toContain("hush-hush");
  });

  const keys = { ALPACA_API_KEY: "key", ALPACA_API_SECRET: "hush-hush" };

  test("the simulator's flags do not go with a real venue", async () => {
    const { code, stderr } = await run([...HOLDFAST, "watch", "--cut-after", "3s"], keys);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--cut-after is for the built-in simulator.*add --sim/);
  });

  test("--sim has the simulator even so, and half a pair does not matter then", async () => {
    const { ALPACA_API_KEY } = keys;
    for (const environment of [keys, { ALPACA_API_KEY }]) {
      const flags = ["watch", "--sim", "--json", "--duration", "500ms"];
      const { code, stdout } = await run([...HOLDFAST, ...flags], environment);
      expect(code).toBe(0);
      expect(stdout).toContain('"venue":"simulator"');
    }
  });

  test("HOLDFAST_URL is an address like --url, and judged like it", async () => {
    const { code, stderr } = await run([...HOLDFAST, "watch"], { HOLDFAST_URL: "nowhere" });
    expect(code).toBe(2);
    expect(stderr).toMatch(/HOLDFAST_URL must be a URL/);
  });
});

describe("a port in use", () => {
  test("is one clear line and status 2", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { code, stdout, stderr } = await start([...HOLDFAST, "sim", "--port", port]).ended;
    expect(code).toBe(2);
    expect(stderr).toBe(`holdfast: port ${port} on 127.0.0.1 is in use\n`);
    expect(stdout).toBe("");
  });
});
