import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeJson } from "./json-encoding.ts";
import { RawJson } from "./raw-json.ts";
import { VenueTime } from "./venue-time.ts";

test("any JSON value is read back as it was", () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__")),
      (value) => {
        expect(JSON.parse(encodeJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  );
});

test("identifiers keep all digits, moments their nanoseconds, and HTML is escaped", () => {
  const message = {
    T: "t",
    i: 3_447_222_699_101_865_076n,
    t: new VenueTime(1_710_239_268, 858_228_144),
    x: undefined,
    h: "<p>R&D\u2028</p>",
    raw: new RawJson("[1,2]"),
  };
  expect(encodeJson(message)).toBe(
    '{"T":"t","i":3447222699101865076,"t":"2024-03-12T10:27:48.858228144Z","h":"\\u003cp\\u003eR\\u0026D\\u2028\\u003c/p\\u003e","raw":[1,2]}',
  );
});
