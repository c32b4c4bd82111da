import { describe, expect, test } from "vitest";
import {
  ACK_TIMEOUT_MS,
  holding,
  opened,
  outcomeOf,
  settled,
  trades,
} from "../../test/support/opened-desk.ts";
import { ClosedError } from "../core/errors.ts";
import type { SubscriptionDesk } from "./subscription-desk.ts";

describe("being refused", () => {
  test("rejects exactly the callers concerned, each with its own symbols, and reports once", async () => {
    const { desk, reported } = holding(trades("A"));
    const first = outcomeOf(desk.subscribe(trades("A", "B", "C")));
    const overlapping = outcomeOf(desk.subscribe(trades("C")));
    const unconcerned = outcomeOf(desk.subscribe(trades("D")));
    expect(desk.refuse(405, "symbol limit exceeded")).toBe(true);
    desk.acknowledge(trades("A", "D"));
    await settled();
    expect(first).toMatchObject({
      state: "rejected",
      reason: {
        code: "ERR_SUBSCRIPTION_REJECTED",
        venueCode: 405,
        rejected: trades("B", "C"),
      },
    });
    expect(overlapping).toMatchObject({ reason: { rejected: trades("C") } });
    expect(unconcerned.state).toBe("resolved");
    expect(reported).toMatchObject([{ rejected: trades("B", "C") }]);
    expect(desk.desired).toEqual(trades("A", "D"));
  });

  test("a refused restore keeps all that is not refused and tells of each symbol that is", async () => {
    const { desk, sent, reported } = opened();
    const forbidden = "C";
    const granted = new Set<string>();
    const call = outcomeOf(desk.subscribe(trades("A", "B", "C", "D")));
    desk.live();
    for (let index = 0; index < sent.length; index++) {
      const named = sent[index]?.selection["trades"] ?? [];
      if (named.includes(forbidden)) {
        desk.refuse(405, "symbol limit exceeded");
      } else {
        for (const symbol of named) granted.add(symbol);
        desk.acknowledge(trades(...granted));
      }
    }
    expect(desk.desired).toEqual(trades("A", "B", "D"));
    expect(desk.acknowledged).toEqual(trades("A", "B", "D"));
    expect(reported).toMatchObject([{ rejected: trades("C") }]);
    await settled();
    expect(call).toMatchObject({ state: "rejected", reason: { rejected: trades("C") } });
  });

  test("does not reject those who give the same symbol up, among others", async () => {
    const { desk } = holding(trades("B"));
    desk.subscribe(trades("A")).catch(() => {});
    const givenUp = outcomeOf(desk.unsubscribe(trades("A", "B")));
    const refused = outcomeOf(desk.subscribe(trades("A")));
    desk.refuse(405, "symbol limit exceeded");
    await settled();
    expect([givenUp.state, refused.state]).toEqual(["open", "rejected"]);
    desk.acknowledge({});
    await settled();
    expect(givenUp.state).toBe("resolved");
  });

  test("of what nobody wants any more is told to nobody", () => {
    const { desk, reported } = holding(trades("A"));
    void desk.subscribe(trades("B"));
    void desk.unsubscribe(trades("B"));
    expect(desk.refuse(405, "symbol limit exceeded")).toBe(true);
    expect(reported).toEqual([]);
  });

  test("an answer to nothing is not ours", () => {
    const { desk } = holding(trades("A"));
    expect(desk.refuse(405, "symbol limit exceeded")).toBe(false);
    expect(desk.desired).toEqual(trades("A"));
  });
});

describe("being left out of acknowledgements", () => {
  test("is asked for again, then rejects exactly the callers concerned and is reported", async () => {
    const { desk, sent, reported } = holding({});
    const unlucky = outcomeOf(desk.subscribe({ trades: ["A", "B"] }));
    const lucky = outcomeOf(desk.subscribe({ trades: ["A"] }));
    desk.acknowledge(trades("A"));
    desk.acknowledge(trades("A"));
    await settled();
    expect([unlucky.state, lucky.state]).toEqual(["open", "resolved"]);
    expect(sent).toHaveLength(3);
    desk.acknowledge(trades("A"));
    await settled();
    expect(unlucky).toMatchObject({
      state: "rejected",
      reason: { code: "ERR_SUBSCRIPTION_INCOMPLETE", missing: trades("B") },
    });
    expect(reported).toMatchObject([{ missing: trades("B") }]);
    expect(desk.desired).toEqual(trades("A", "B"));
  });
});

describe("the acknowledgement's deadline", () => {
  test("gives the connection up when no answer comes in time", async () => {
    const { clock, desk, overdue } = holding({});
    void desk.subscribe(trades("A"));
    await clock.advance(ACK_TIMEOUT_MS - 1);
    expect(overdue).toEqual([]);
    await clock.advance(500);
    expect(overdue).toMatchObject([{ code: "ERR_ACK_TIMEOUT", timeoutMs: ACK_TIMEOUT_MS }]);
  });

  test("each message has a deadline of its own", async () => {
    const { clock, desk, overdue } = holding({});
    void desk.subscribe(trades("A"));
    void desk.subscribe(trades("B"));
    await clock.advance(ACK_TIMEOUT_MS - 1_000);
    desk.acknowledge(trades("A"));
    await clock.advance(ACK_TIMEOUT_MS - 1_000);
    expect(overdue).toEqual([]);
    await clock.advance(1_500);
    expect(overdue).toHaveLength(1);
  });

  test.each<[string, (desk: SubscriptionDesk) => unknown]>([
    ["an acknowledgement", (desk) => desk.acknowledge(trades("A"))],
    ["a refusal", (desk) => desk.refuse(405, "symbol limit exceeded")],
    ["the loss of the connection", (desk) => desk.lost()],
    ["closing", (desk) => desk.close(new ClosedError("the stream"))],
  ])("ends with %s and leaves no timer", async (_how, end) => {
    const { clock, desk, overdue } = holding({});
    desk.subscribe(trades("A")).catch(() => {});
    expect(clock.pendingTimers).toBe(1);
    end(desk);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10 * ACK_TIMEOUT_MS);
    expect(overdue).toEqual([]);
  });

  test("is not started when there is nothing to ask", () => {
    const { clock, desk } = opened();
    desk.live();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("closing", () => {
  test("rejects every open call with its cause and keeps what is wanted", async () => {
    const { desk } = holding(trades("A"));
    const cause = new ClosedError("the stream");
    const calls = [desk.subscribe(trades("B")), desk.subscribe(trades("C"))].map(outcomeOf);
    desk.close(cause);
    await settled();
    for (const call of calls) expect(call).toEqual({ state: "rejected", reason: cause });
    expect(desk.desired).toEqual(trades("A", "B", "C"));
    expect(desk.acknowledged).toEqual({});
  });

  test("answers of a connection that is gone change nothing", async () => {
    const { desk } = holding(trades("A"));
    const call = outcomeOf(desk.subscribe(trades("B")));
    desk.lost();
    desk.acknowledge(trades("A", "B"));
    expect(desk.acknowledged).toEqual({});
    await settled();
    expect(call.state).toBe("open");
  });
});
