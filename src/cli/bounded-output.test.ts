import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { BoundedOutput } from "./bounded-output.ts";

const LINE = "x".repeat(9);

/** A reader that takes nothing until it is told to. */
class SlowReader extends Writable {
  text = "";
  #waiting: (() => void) | undefined;
  #reads = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    if (this.#reads) done();
    else this.#waiting = done;
  }

  read(): void {
    this.#reads = true;
    this.#waiting?.();
  }

  get lines(): readonly string[] {
    return this.text.split("\n").slice(0, -1);
  }
}

function openOutput(limit: number): {
  reader: SlowReader;
  output: BoundedOutput;
  resumed: number[];
  closed: unknown[];
} {
  const reader = new SlowReader();
  const resumed: number[] = [];
  const closed: unknown[] = [];
  const events = {
    resumed: (dropped: number) => {
      resumed.push(dropped);
      output.fact(`dropped ${dropped}`);
    },
    closed: (error: Error) => closed.push(error),
  };
  const output: BoundedOutput = new BoundedOutput(reader, events, limit);
  return { reader, output, resumed, closed };
}

const turn = (): Promise<void> => Promise.resolve();

describe("an output whose reader is slow", () => {
  test("writes a whole turn at once, in order", async () => {
    const { reader, output } = openOutput(1_000);
    if (output.admitsData()) output.data("one");
    output.fact("two");
    await turn();
    expect(reader.text).toBe("one\ntwo\n");
  });

  test("holds no more than its limit, and counts exactly what it drops", async () => {
    const { reader, output, resumed } = openOutput(100);
    let written = 0;
    for (let line = 0; line < 50; line++) {
      if (output.admitsData()) {
        output.data(LINE);
        written++;
      }
      await turn();
    }
    expect(reader.writableLength).toBeLessThanOrEqual(100 + LINE.length + 1);
    expect(output.dropped).toBe(50 - written);
    expect(resumed).toEqual([]);

    reader.read();
    await output.finish("summary");
    expect(resumed).toEqual([50 - written]);
    const notice = `dropped ${50 - written}`;
    expect(reader.lines).toEqual([...Array(written).fill(LINE), notice, "summary"]);
  });

  test("tells a loss where it happened, before what follows it", async () => {
    const { reader, output } = openOutput(20);
    for (let line = 0; line < 5; line++) {
      if (output.admitsData()) output.data(`line ${line}`);
      await turn();
    }
    reader.read();
    await new Promise((resolve) => reader.write("", resolve));
    if (output.admitsData()) output.data("after");
    await output.finish();
    expect(reader.lines.slice(-2)).toEqual([`dropped ${output.dropped}`, "after"]);
  });

  test("has room for facts when there is none for data", async () => {
    const { reader, output } = openOutput(10);
    for (let line = 0; line < 9; line++) {
      if (output.admitsData()) output.data(LINE);
      await turn();
    }
    expect(output.dropped).toBeGreaterThan(0);
    output.fact("lost the connection");
    reader.read();
    await output.finish();
    expect(reader.text).toContain("lost the connection\n");
  });
});

test("a reader that leaves closes it once, and nothing is counted as dropped", async () => {
  const { reader, output, closed } = openOutput(1_000);
  reader.read();
  reader.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  await new Promise((resolve) => reader.once("close", resolve));
  expect(closed).toEqual([expect.objectContaining({ code: "EPIPE" })]);
  expect(output.admitsData()).toBe(false);
  output.fact("nobody hears this");
  await output.finish("nor this");
  expect(output.dropped).toBe(0);
  expect(closed).toHaveLength(1);
});
