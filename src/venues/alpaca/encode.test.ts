import { describe, expect, test } from "vitest";
import { encodeRequest, encodingHeaders } from "./encode.ts";
import { decodeFrame } from "./frame-decoder.ts";

const REQUEST = { action: "subscribe", trades: ["AAPL"], quotes: [] };

describe("requests", () => {
  test("are text in JSON and bytes in MessagePack", () => {
    expect(encodeRequest(REQUEST, "json")).toBe(JSON.stringify(REQUEST));
    expect(encodeRequest(REQUEST, "msgpack")).toBeInstanceOf(Uint8Array);
  });

  test.each(["json", "msgpack"] as const)("in %s are read back as they were", (encoding) => {
    const frame = encodeRequest(REQUEST, encoding);
    expect(decodeFrame(Buffer.from(frame as string), encoding === "msgpack", encoding)).toEqual(
      REQUEST,
    );
  });

  test("the handshake asks for the encoding", () => {
    expect(encodingHeaders("json")).toEqual({ "Content-Type": "application/json" });
    expect(encodingHeaders("msgpack")).toEqual({ "Content-Type": "application/msgpack" });
  });
});
