import { describe, expect, test } from "vitest";
import { holding, opened, outcomeOf, settled, trades } from "../../test/support/opened-desk.ts";

describe("subscribing", () => {
  test("asks at once on a live connection and resolves when the venue has acknowledged", async () => {
    const { desk, sent } = holding(trades("A"));
    const call = outcomeOf(desk.subscribe(trades("B")));
    expect(sent).toMatchObject([{ action: "subscribe", selection: trades("B") }]);
    await settled();
    expect(call.state).toBe("open");
    desk.acknowledge(trades("A", "B"));
    await settled();
    expect(call.state).toBe("resolved");
  });

  test("waits for a connection and is in its first message", async () => {
    const { desk, sent } = opened();
    const call = outcomeOf(desk.subscribe(trades("A")));
    expect(sent).toEqual([]);
    desk.live();
    expect(sent).toMatchObject([{ selection: trades("A") }]);
    desk.acknowledge(trades("A"));
    await settled();
    expect(call.state).toBe("resolved");
  });

  test("what is only wanted is asked for on the next connection", () => {
    const { desk, sent } = opened();
    desk.want(trades("A"));
    desk.live();
    expect(sent).toMatchObject([{ selection: trades("A") }]);
    expect(desk.desired).toEqual(trades("A"));
  });

  test("what is granted already resolves without a message", async () => {
    const { desk, sent } = holding(trades("A"));
    await desk.subscribe(trades("A"));
    expect(sent).toEqual([]);
  });

  test("a second message waits for the answer to the first", () => {
    const { desk, sent } = holding({});
    void desk.subscribe(trades("A"));
    void desk.subscribe(trades("B"));
    expect(sent).toHaveLength(1);
    desk.acknowledge(trades("A"));
    expect(sent).toHaveLength(2);
  });

  test("callers are answered each when their own symbols are there", async () => {
    const { desk } = holding({});
    const first = outcomeOf(desk.subscribe(trades("A")));
    const second = outcomeOf(desk.subscribe(trades("B")));
    const both = outcomeOf(desk.subscribe(trades("A", "B")));
    desk.acknowledge(trades("A"));
    await settled();
    expect([first.state, second.state, both.state]).toEqual(["resolved", "open", "open"]);
    desk.acknowledge(trades("A", "B"));
    await settled();
    expect([second.state, both.state]).toEqual(["resolved", "resolved"]);
  });

  test("a symbol subscribed while another answer is awaited survives a cut", async () => {
    const { desk, sent } = holding(trades("A"));
    const first = outcomeOf(desk.subscribe(trades("B")));
    const second = outcomeOf(desk.subscribe(trades("C")));
    desk.lost();
    await settled();
    expect([first.state, second.state]).toEqual(["open", "open"]);
    desk.live();
    expect(sent.at(-1)).toMatchObject({ selection: trades("A", "B", "C") });
    desk.acknowledge(trades("A", "B", "C"));
    await settled();
    expect([first.state, second.state]).toEqual(["resolved", "resolved"]);
  });

  test("a symbol wanted again while it is being given up resolves when it is back, not before", async () => {
    const { desk, sent } = holding(trades("A"));
    const gone = outcomeOf(desk.unsubscribe(trades("A")));
    const back = outcomeOf(desk.subscribe(trades("A")));
    await settled();
    expect(back.state).toBe("open");
    desk.acknowledge({});
    await settled();
    expect([gone.state, back.state]).toEqual(["resolved", "open"]);
    expect(sent.at(-1)).toMatchObject({ action: "subscribe", selection: trades("A") });
    desk.acknowledge(trades("A"));
    await settled();
    expect(back.state).toBe("resolved");
  });

  test("a subscription given up before the connection is there does not wait for ever", async () => {
    const { desk } = opened();
    const call = outcomeOf(desk.subscribe(trades("A")));
    await desk.unsubscribe(trades("A"));
    await settled();
    expect(call.state).toBe("resolved");
  });
});

describe("unsubscribing", () => {
  test("resolves when the venue has acknowledged", async () => {
    const { desk, sent } = holding(trades("A", "B"));
    const call = outcomeOf(desk.unsubscribe(trades("A")));
    expect(sent).toMatchObject([{ action: "unsubscribe", selection: trades("A") }]);
    await settled();
    expect(call.state).toBe("open");
    desk.acknowledge(trades("B"));
    await settled();
    expect(call.state).toBe("resolved");
  });

  test("resolves at once without a connection", async () => {
    const { desk } = opened();
    desk.want(trades("A", "B"));
    await desk.unsubscribe(trades("A"));
    expect(desk.desired).toEqual(trades("B"));
  });

  test("resolves when the connection is lost, for with it everything was given up", async () => {
    const { desk } = holding(trades("A"));
    const call = outcomeOf(desk.unsubscribe(trades("A")));
    desk.lost();
    await settled();
    expect(call.state).toBe("resolved");
  });

  test("resolves when the symbol is wanted again before the venue was asked", async () => {
    const { desk, sent } = holding(trades("A", "B"));
    void desk.unsubscribe(trades("A"));
    const call = outcomeOf(desk.unsubscribe(trades("B")));
    await desk.subscribe(trades("B"));
    await settled();
    expect(call.state).toBe("resolved");
    desk.acknowledge(trades("B"));
    expect(sent).toHaveLength(1);
  });

  test("of what is neither wanted nor held needs no message", async () => {
    const { desk, sent } = holding(trades("A"));
    await desk.unsubscribe(trades("X"));
    expect(sent).toEqual([]);
  });

  test("rejects and is reported when the venue refuses", async () => {
    const { desk, reported } = holding(trades("A", "B"));
    const refused = outcomeOf(desk.unsubscribe(trades("A")));
    const other = outcomeOf(desk.unsubscribe(trades("B")));
    expect(desk.refuse(400, "invalid syntax")).toBe(true);
    await settled();
    expect(refused).toMatchObject({
      state: "rejected",
      reason: { code: "ERR_VENUE_REJECTED", venueCode: 400 },
    });
    expect(reported).toMatchObject([{ code: "ERR_VENUE_REJECTED", venueCode: 400 }]);
    desk.acknowledge(trades("A"));
    await settled();
    expect(other.state).toBe("resolved");
  });
});
