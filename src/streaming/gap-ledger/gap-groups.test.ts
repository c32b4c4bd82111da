import { expect, test } from "vitest";
import { GapGroups } from "./gap-groups.ts";

const range = { from: { seconds: 1, nanos: 0 }, to: { seconds: 2, nanos: 0 } };

test("what ended alike is one gap, what ended otherwise another; taken once", () => {
  const groups = new GapGroups("trades");
  groups.add("A", range, { status: "repaired", cause: "disconnect", recovered: 2 });
  groups.add("B", range, { status: "repaired", cause: "disconnect", recovered: 3 });
  groups.add("C", range, { status: "repaired", cause: "mute" });
  groups.add("D", range, { status: "lost", cause: "disconnect", reason: "deadline" });
  groups.add("E", range, { status: "lost", cause: "disconnect", reason: "no-history" });
  const gaps = groups.take();
  expect(gaps.map(({ symbols, recovered }) => [symbols.join(), recovered])).toEqual([
    ["A,B", 5],
    ["C", 0],
    ["D", 0],
    ["E", 0],
  ]);
  expect(gaps[1]).toMatchObject({ channel: "trades", cause: "mute", reason: undefined });
  expect(groups.take()).toEqual([]);
});
