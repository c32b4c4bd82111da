import fc from "fast-check";
import { expect, test } from "vitest";
import { type WaitingFrame, WaitingFrames } from "./waiting-frames.ts";

test("frames leave in the order they came, and the bytes are those that wait", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom("take", "all")));
  fc.assert(
    fc.property(steps, (history) => {
      const frames = new WaitingFrames();
      let model: WaitingFrame[] = [];
      for (const [at, step] of history.entries()) {
        if (step === "take") expect(frames.take()).toBe(model.shift());
        else if (step === "all") {
          expect(frames.takeAll()).toEqual(model);
          model = [];
        } else {
          const frame = { payload: "x".repeat(Number(step)), isText: true, messageCount: at };
          frames.add(frame);
          model.push(frame);
        }
        expect(frames.isEmpty).toBe(model.length === 0);
        expect(frames.bytes).toBe(model.reduce((sum, { payload }) => sum + payload.length, 0));
      }
    }),
  );
});
