import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing/index.ts";
import type { SessionFault } from "./fault.ts";
import { type FaultableRequest, type FaultableSession, FaultSchedule } from "./fault-schedule.ts";

interface FakeSession extends FaultableSession {
  readyMs: number | undefined;
  messagesSent: number;
  isOpen: boolean;
  readonly struckBy: SessionFault["kind"][];
}

function session(path = "/v2/iex", keyId = "KEY"): FakeSession {
  const struckBy: SessionFault["kind"][] = [];
  const strike = (fault: SessionFault): void => {
    struckBy.push(fault.kind);
  };
  return { path, keyId, readyMs: 0, messagesSent: 0, isOpen: true, struckBy, strike };
}

describe("a fault that is to strike sessions", () => {
  test("waits for its time and its messages, both", async () => {
    const clock = new ManualClock();
    const schedule = new FaultSchedule(clock, 7);
    const one = session();
    schedule.inject({ kind: "mute", afterMs: 100, afterMessages: 5 }, [one]);
    one.messagesSent = 5;
    schedule.strikeDue(one);
    expect(one.struckBy).toEqual([]);
    await clock.advance(100);
    schedule.strikeDue(one);
    schedule.strikeDue(one);
    expect(one.struckBy).toEqual(["mute"]);
    expect(schedule.waiting).toBe(0);
  });

  test("says how many messages a session has left before it", () => {
    const schedule = new FaultSchedule(new ManualClock(), 7);
    const one = session();
    expect(schedule.messagesUntilStrike(one)).toBe(Number.POSITIVE_INFINITY);
    schedule.inject({ kind: "cut", afterMessages: 10 }, []);
    schedule.inject({ kind: "close", afterMessages: 4, path: "/v2/sip" }, []);
    one.messagesSent = 3;
    expect(schedule.messagesUntilStrike(one)).toBe(7);
    expect(schedule.messagesUntilStrike(session("/v2/sip"))).toBe(4);
  });

  test("counts its time from the later of injection and authentication", async () => {
    const clock = new ManualClock();
    const schedule = new FaultSchedule(clock, 7);
    const one = session();
    await clock.advance(1_000);
    schedule.inject({ kind: "cut", afterMs: 50 }, [one]);
    await clock.advance(49);
    schedule.strikeDue(one);
    expect(one.struckBy).toEqual([]);
    await clock.advance(1);
    schedule.strikeDue(one);
    expect(one.struckBy).toEqual(["cut"]);
  });

  test("passes over sessions that are closed, unauthenticated or not meant", () => {
    const schedule = new FaultSchedule(new ManualClock(), 7);
    const others = [session("/v2/sip"), session("/v2/iex", "OTHER"), session(), session()];
    if (others[2]) others[2].isOpen = false;
    if (others[3]) others[3].readyMs = undefined;
    schedule.inject({ kind: "cut", path: "/v2/iex", keyId: "KEY", afterMs: 0 }, others);
    for (const other of others) schedule.strikeDue(other);
    expect(others.flatMap(({ struckBy }) => struckBy)).toEqual([]);
    const meant = session();
    schedule.strikeDue(meant);
    expect(meant.struckBy).toEqual(["cut"]);
  });
});

describe("a fault that is to strike occasions", () => {
  test("is taken as often as it counts, on its path, not before its time", async () => {
    const clock = new ManualClock();
    const schedule = new FaultSchedule(clock, 7);
    schedule.inject({ kind: "reject-auth", code: 406, count: 2, path: "/v2/iex", afterMs: 10 }, []);
    expect(schedule.take("reject-auth", "/v2/iex")).toBeUndefined();
    await clock.advance(10);
    expect(schedule.take("reject-auth", "/v2/sip")).toBeUndefined();
    expect(schedule.take("no-ack", "/v2/iex")).toBeUndefined();
    expect(schedule.take("reject-auth", "/v2/iex")).toMatchObject({ code: 406 });
    expect(schedule.take("reject-auth", "/v2/iex")).toMatchObject({ code: 406 });
    expect(schedule.take("reject-auth", "/v2/iex")).toBeUndefined();
    expect(schedule.fired).toEqual({ "reject-auth": 2 });
  });
});

describe("a fault that is to strike requests", () => {
  const request = (path: string, index = 0, method = "GET"): FaultableRequest => ({
    path,
    index,
    method,
  });

  test("matches every path that begins like its own, and its method", () => {
    const schedule = new FaultSchedule(new ManualClock(), 7);
    const fault = { kind: "http-error", status: 500, path: "/v2/orders", method: "POST" } as const;
    schedule.inject({ ...fault, count: Number.POSITIVE_INFINITY }, []);
    const struck = (path: string, method: string): boolean =>
      schedule.takeForRequest("http-error", request(path, 0, method)) !== undefined;
    expect(struck("/v2/clock", "POST")).toBe(false);
    expect(struck("/v2/orders", "GET")).toBe(false);
    expect(struck("/v2/orders/1", "POST")).toBe(true);
    expect(schedule.takeForRequest("http-reset", request("/v2/orders"))).toBeUndefined();
  });

  test("with a ratio strikes that part of them, the same in every run and others with another seed", () => {
    const run = (seed: number, ratio: number): readonly number[] => {
      const schedule = new FaultSchedule(new ManualClock(), seed);
      schedule.inject({ kind: "http-error", status: 500, ratio }, []);
      return Array.from({ length: 10_000 }, (_, index) => index).filter((index) =>
        schedule.takeForRequest("http-error", request("/", index)),
      );
    };
    const struck = run(7, 0.05);
    expect(struck.length).toBeGreaterThan(430);
    expect(struck.length).toBeLessThan(570);
    expect(run(7, 0.05)).toEqual(struck);
    expect(run(8, 0.05)).not.toEqual(struck);
    expect(run(7, 1)).toHaveLength(10_000);
  });

  test("draws for each request apart from the faults beside it and from the requests around it", () => {
    const struck = (beside: readonly number[]): readonly number[] => {
      const schedule = new FaultSchedule(new ManualClock(), 7);
      for (const ratio of [0.3, 0.3]) {
        schedule.inject({ kind: "http-stall", ms: 1, ratio }, []);
      }
      schedule.inject({ kind: "http-error", status: 500, ratio: 0.3 }, []);
      return Array.from({ length: 300 }, (_, index) => index).filter((index) => {
        if (beside.includes(index)) return false;
        schedule.takeForRequest("http-stall", request("/", index));
        return schedule.takeForRequest("http-error", request("/", index));
      });
    };
    const all = struck([]);
    expect(struck([3, 4, 5])).toEqual(all.filter((index) => ![3, 4, 5].includes(index)));
    const schedule = new FaultSchedule(new ManualClock(), 7);
    schedule.inject({ kind: "http-error", status: 500, ratio: 0.3 }, []);
    const first = Array.from({ length: 300 }, (_, index) => index).filter((index) =>
      schedule.takeForRequest("http-error", request("/", index)),
    );
    expect(first).not.toEqual(all);
  });

  test("counts out, with a ratio as well", async () => {
    const clock = new ManualClock();
    const schedule = new FaultSchedule(clock, 7);
    schedule.inject({ kind: "http-reset", ratio: 0.5, count: 3, afterMs: 10 }, []);
    const take = (): number =>
      Array.from({ length: 100 }, (_, index) => index).filter((index) =>
        schedule.takeForRequest("http-reset", request("/", index)),
      ).length;
    expect(take()).toBe(0);
    await clock.advance(10);
    expect(take()).toBe(3);
    expect(schedule.fired).toEqual({ "http-reset": 3 });
    expect(schedule.waiting).toBe(0);
  });
});
