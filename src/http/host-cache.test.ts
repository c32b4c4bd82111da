import { expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { type HostAddress, HostCache } from "./host-cache.ts";

const BOTH: readonly HostAddress[] = [
  { address: "192.0.2.1", family: 4 },
  { address: "2001:db8::1", family: 6 },
];

function find(hosts: HostCache, options: object = { all: true }): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    hosts.lookup("venue.test", options, (error, ...found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
}

/** A resolver that counts how often it is asked. */
function counting(answer: () => readonly HostAddress[]): {
  asked: number;
  resolve: () => Promise<readonly HostAddress[]>;
} {
  const counter = {
    asked: 0,
    resolve: async () => {
      counter.asked++;
      return answer();
    },
  };
  return counter;
}

test("lookups at once share one question, and its answer is kept until it is too old", async () => {
  const clock = new ManualClock();
  const resolver = counting(() => BOTH);
  const hosts = new HostCache(resolver.resolve, clock, 300_000);

  await Promise.all([find(hosts), find(hosts), find(hosts)]);
  await clock.advance(299_999);
  await find(hosts);
  expect(resolver.asked).toBe(1);

  await clock.advance(1);
  await find(hosts);
  expect(resolver.asked).toBe(2);
});

test("zero milliseconds keep nothing", async () => {
  const resolver = counting(() => BOTH);
  const hosts = new HostCache(resolver.resolve, new ManualClock(), 0);

  await find(hosts);
  await find(hosts);

  expect(resolver.asked).toBe(2);
});

test("an address that was forgotten is asked for again", async () => {
  const resolver = counting(() => BOTH);
  const hosts = new HostCache(resolver.resolve, new ManualClock(), 300_000);

  await find(hosts);
  hosts.forget("venue.test");
  await find(hosts);

  expect(resolver.asked).toBe(2);
});

test("a failure is passed on and not kept, thrown or rejected", async () => {
  let asked = 0;
  const hosts = new HostCache(
    () => {
      asked++;
      throw new Error("no resolver");
    },
    new ManualClock(),
    300_000,
  );

  await expect(find(hosts)).rejects.toThrow("no resolver");
  await expect(find(hosts)).rejects.toThrow("no resolver");
  expect(asked).toBe(2);
});

test("the answer has the form and the family that the socket asked for", async () => {
  const hosts = new HostCache(async () => BOTH, new ManualClock(), 300_000);

  expect(await find(hosts, { all: true })).toEqual([BOTH]);
  expect(await find(hosts, {})).toEqual(["192.0.2.1", 4]);
  expect(await find(hosts, { family: 6 })).toEqual(["2001:db8::1", 6]);
  await expect(
    find(new HostCache(async () => [], new ManualClock(), 1), { all: true }),
  ).rejects.toMatchObject({ code: "ENOTFOUND" });
});
