import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import type { Verdict } from "./circuit.ts";
import { OriginBreaker, type OriginBreakerOptions, type OriginCircuit } from "./origin-breaker.ts";

const A = "https://a.example";
const B = "https://b.example";

function setUp(options: OriginBreakerOptions = { failuresToOpen: 3 }) {
  const clock = new ManualClock();
  const breaker = new OriginBreaker(options, { clock });
  const changes: OriginCircuit[] = [];
  breaker.onChange((circuit) => changes.push(circuit));
  /** One call with this verdict, or the refusal of it. */
  const call = async (verdict: Verdict, origin = A) => {
    const entry = breaker.enter(origin);
    if (entry.kind === "pass") entry.settle(verdict);
    await clock.advance(0);
    return entry;
  };
  const open = async () => {
    for (let index = 0; index < 3; index++) await call("failure");
  };
  const states = () => changes.map(({ state }) => state);
  return { clock, breaker, changes, states, call, open };
}

describe("a circuit", () => {
  test("opens after so many failures in a row, and then refuses at once, saying for how long", async () => {
    const { clock, breaker, call, open, changes } = setUp();
    await call("failure");
    await call("failure");
    expect((await call("success")).kind).toBe("pass");
    await open();
    expect(breaker.enter(A)).toEqual({ kind: "refused", retryAfterMs: 1_000 });
    await clock.advance(400);
    expect(breaker.enter(A)).toEqual({ kind: "refused", retryAfterMs: 600 });
    expect(changes).toEqual([
      { origin: A, state: "open", sinceMs: clock.nowMs() - 400, failures: 3, retryAfterMs: 1_000 },
    ]);
    expect(breaker.retryAfterMs(A)).toBe(600);
  });

  test("lets exactly one probe through when its pause is over", async () => {
    const { clock, breaker, open, states } = setUp();
    await open();
    await clock.advance(1_000);
    const entries = Array.from({ length: 20 }, () => breaker.enter(A));
    expect(entries.map(({ kind }) => kind)).toEqual(["pass", ...new Array(19).fill("refused")]);
    expect(entries[1]).toEqual({ kind: "refused", retryAfterMs: 1_000 });
    expect(states()).toEqual(["open", "half-open"]);
    await clock.advance(60_000);
    expect(breaker.enter(A).kind).toBe("refused");
  });

  test("closes when its probe succeeds", async () => {
    const { clock, open, call, states, breaker } = setUp();
    await open();
    await clock.advance(1_000);
    await call("success");
    expect(states()).toEqual(["open", "half-open", "closed"]);
    expect(breaker.getHealth()).toEqual([
      { origin: A, state: "closed", sinceMs: clock.nowMs(), failures: 0, retryAfterMs: 0 },
    ]);
    await call("failure");
    await call("failure");
    expect(breaker.getHealth()[0]?.state).toBe("closed");
  });

  test("opens again when its probe fails, for twice as long each time, up to a bound", async () => {
    const { clock, open, call, breaker, states } = setUp();
    await open();
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      expect(breaker.retryAfterMs(A)).toBe(pauseMs);
      await clock.advance(pauseMs - 1);
      expect(breaker.enter(A).kind).toBe("refused");
      await clock.advance(1);
      expect((await call("failure")).kind).toBe("pass");
    }
    await clock.advance(30_000);
    await call("success");
    expect(states().at(-1)).toBe("closed");
    await open();
    expect(breaker.retryAfterMs(A)).toBe(1_000);
  });

  test("a probe that shows nothing neither closes it nor makes its pause longer", async () => {
    const { clock, open, call, breaker, states } = setUp();
    await open();
    await clock.advance(1_000);
    await call("nothing");
    expect(states().at(-1)).toBe("open");
    expect(breaker.retryAfterMs(A)).toBe(1_000);
    await clock.advance(1_000);
    await call("success");
    expect(states().at(-1)).toBe("closed");
  });

  test("calls that show nothing neither count as failures nor break a row of them", async () => {
    const { call, states, breaker } = setUp();
    for (let index = 0; index < 10; index++) await call("nothing");
    await call("failure");
    await call("nothing");
    await call("failure");
    expect(breaker.getHealth()[0]?.failures).toBe(2);
    await call("nothing");
    await call("failure");
    expect(states()).toEqual(["open"]);
  });

  test("hears each verdict once, and none that is older than its last change", async () => {
    const { clock, breaker, open, call, states } = setUp();
    const [twice, late, later] = [breaker.enter(A), breaker.enter(A), breaker.enter(A)];
    if (twice.kind === "pass") for (let index = 0; index < 5; index++) twice.settle("failure");
    await clock.advance(0);
    expect(breaker.getHealth()[0]?.failures).toBe(1);
    await call("success");
    await open();
    await clock.advance(1_000);
    const probe = breaker.enter(A);
    // They began before it opened; the probe alone decides.
    if (late.kind === "pass") late.settle("failure");
    if (later.kind === "pass") later.settle("failure");
    await clock.advance(0);
    expect(states()).toEqual(["open", "half-open"]);
    if (probe.kind === "pass") probe.settle("success");
    await clock.advance(0);
    expect(states()).toEqual(["open", "half-open", "closed"]);
    expect(breaker.getHealth()[0]?.failures).toBe(0);
  });
});

describe("the wall clock", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => vi.useRealTimers());

  test.each([-3_600_000, 3_600_000])("set by %d ms changes no pause", async (byMs) => {
    const { clock, breaker, open, call, states } = setUp();
    await open();
    vi.setSystemTime(Date.now() + byMs);
    clock.jumpWall(byMs);
    expect(breaker.enter(A)).toEqual({ kind: "refused", retryAfterMs: 1_000 });
    await clock.advance(1_000);
    await call("success");
    expect(states()).toEqual(["open", "half-open", "closed"]);
  });
});

describe("origins", () => {
  test("have a circuit each", async () => {
    const { open, call, breaker } = setUp();
    await open();
    expect((await call("success", B)).kind).toBe("pass");
    expect(breaker.enter(A).kind).toBe("refused");
    expect(breaker.getHealth().map(({ state }) => state)).toEqual(["open", "closed"]);
    expect(breaker.retryAfterMs("https://unknown.example")).toBe(0);
  });

  test("beyond the bound the oldest closed one is forgotten, an open one only for want of those", async () => {
    const { open, call, breaker } = setUp({ failuresToOpen: 3, maxOrigins: 2 });
    const known = () => breaker.getHealth().map(({ origin }) => origin);
    await open();
    await call("success", B);
    await call("success", "https://c.example");
    expect(known()).toEqual([A, "https://c.example"]);
    for (let index = 0; index < 3; index++) await call("failure", "https://c.example");
    await call("success", B);
    expect(known()).toEqual(["https://c.example", B]);
  });

  test("a failing listener harms nobody", async () => {
    const clock = new ManualClock();
    const onListenerFailure = vi.fn();
    const breaker = new OriginBreaker({ failuresToOpen: 1 }, { clock, onListenerFailure });
    const heard = vi.fn();
    breaker.onChange(() => {
      throw new Error("listener");
    });
    const stop = breaker.onChange(heard);
    const entry = breaker.enter(A);
    if (entry.kind === "pass") entry.settle("failure");
    await clock.advance(0);
    expect(onListenerFailure).toHaveBeenCalledOnce();
    expect(heard).toHaveBeenCalledOnce();
    stop();
    await clock.advance(1_000);
    breaker.enter(A);
    expect(heard).toHaveBeenCalledOnce();
  });
});

test("a breaker refuses options that make no sense, all in one error", () => {
  expect(() => new OriginBreaker({ failuresToOpen: 0, firstPauseMs: 50_000 })).toThrow(
    /failuresToOpen .*maxPauseMs /s,
  );
});

test("a threshold of Infinity never opens", async () => {
  const { call, states } = setUp({ failuresToOpen: Number.POSITIVE_INFINITY });
  for (let index = 0; index < 200; index++) await call("failure");
  expect(states()).toEqual([]);
});

/** The rules of a circuit, in their plainest form. */
class Model {
  state: "closed" | "open" | "half-open" = "closed";
  failures = 0;
  failedProbes = 0;
  endsMs = 0;
  #pause(nowMs: number): void {
    this.state = "open";
    this.endsMs = nowMs + Math.min(30_000, 1_000 * 2 ** (this.failedProbes - 1));
  }
  mayEnter(nowMs: number): boolean {
    if (this.state === "open" && nowMs >= this.endsMs) {
      this.state = "half-open";
      return true;
    }
    return this.state === "closed";
  }
  settle(verdict: Verdict, nowMs: number): void {
    if (this.state === "half-open") {
      if (verdict === "success") {
        this.state = "closed";
        this.failures = 0;
      } else {
        if (verdict === "failure") this.failedProbes++;
        this.#pause(nowMs);
      }
    } else if (verdict === "success") this.failures = 0;
    else if (verdict === "failure" && ++this.failures >= 3) {
      this.failedProbes = 1;
      this.#pause(nowMs);
    }
  }
}

test("whatever the calls show, the circuit moves as its rules say", async () => {
  const step = fc.record({
    verdict: fc.constantFrom<Verdict>("success", "failure", "failure", "failure", "nothing"),
    afterMs: fc.constantFrom(0, 0, 0, 500, 1_000, 2_000, 4_000, 30_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, breaker, call } = setUp();
      const model = new Model();
      for (const { verdict, afterMs } of steps) {
        await clock.advance(afterMs);
        const nowMs = clock.monotonicMs();
        const mayEnter = model.mayEnter(nowMs);
        if (mayEnter) model.settle(verdict, nowMs);
        expect((await call(verdict)).kind).toBe(mayEnter ? "pass" : "refused");
        expect(breaker.getHealth()[0]?.state).toBe(model.state);
      }
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});
