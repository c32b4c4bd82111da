import { expect, test } from "vitest";
import { CHANNELS, channelOfType, typeOfChannel } from "./channels.ts";

test("each type of message has a channel, and each channel its type", () => {
  for (const channel of CHANNELS) {
    expect(channelOfType(typeOfChannel(channel) ?? "")).toBe(channel);
  }
  expect(new Set(CHANNELS).size).toBe(CHANNELS.length);
});

test("nothing else has one", () => {
  for (const name of ["tradeUpdate", "toString", "__proto__", ""]) {
    expect(channelOfType(name)).toBeUndefined();
    expect(typeOfChannel(name)).toBeUndefined();
  }
});
