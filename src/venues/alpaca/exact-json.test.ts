import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExactJson } from "./frame-decoder.ts";

/** A number as it stands in a text, and what it must become. */
interface Literal {
  readonly text: string;
  readonly value: number | string;
}

const integer = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }).map((value): Literal => {
  const text = String(value);
  return { text, value: Number.isSafeInteger(Number(text)) ? Number(text) : text };
});
const nearTheLimit = fc.bigInt({ min: -20n, max: 20n }).map((offset): Literal => {
  const text = String(2n ** 53n + offset);
  return { text, value: Number.isSafeInteger(Number(text)) ? Number(text) : text };
});
const digits = fc.array(fc.nat(9), { minLength: 1, maxLength: 22 }).map((list) => list.join(""));
const fraction = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), digits)
  .map(
    ([whole, part]): Literal => ({ text: `${whole}.${part}`, value: Number(`${whole}.${part}`) }),
  );
const exponent = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    fc.constantFrom("e5", "E5", "e+5", "E-5", ".5e3", ".25E+12"),
  )
  .map(([whole, end]): Literal => ({ text: `${whole}${end}`, value: Number(`${whole}${end}`) }));
const literal = fc.oneof(integer, nearTheLimit, fraction, exponent);

/** Text that looks like everything that could confuse a scanner. */
const trickyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "\\",
        "/",
        ":",
        ",",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "\u0000",
        "\\u0022",
        "é",
        "💥",
      ),
      digits,
      fc.constantFrom("12345678901234567890", ":3447222699101865076,", '"i":9007199254740993'),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

/** The oracle: a value is built twice, as text and as what the text must mean. */
interface Pair {
  readonly text: string;
  readonly meaning: unknown;
}

const space = fc.constantFrom("", " ", "\n", "\t ");
const { value } = fc.letrec<{ value: Pair }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    literal.map(({ text, value: meaning }) => ({ text, meaning })),
    trickyText.map((text) => ({ text: JSON.stringify(text), meaning: text })),
    fc.constantFrom(...[true, false, null].map((one) => ({ text: String(one), meaning: one }))),
    fc.tuple(space, fc.array(tie("value"), { maxLength: 5 })).map(([gap, items]) => ({
      text: `[${items.map((item) => gap + item.text).join(`${gap},`)}${gap}]`,
      meaning: items.map((item) => item.meaning),
    })),
    fc
      .tuple(
        space,
        fc.uniqueArray(fc.tuple(trickyText, tie("value")), {
          selector: ([key]) => key,
          maxLength: 5,
        }),
      )
      .map(([gap, entries]) => ({
        text: `{${entries.map(([key, item]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${item.text}`).join(",")}}`,
        meaning: Object.fromEntries(entries.map(([key, item]) => [key, item.meaning])),
      })),
  ),
}));

describe("parseExactJson", () => {
  test("whatever the value: integers beyond a number become their own digits, all else is as ever", () => {
    fc.assert(
      fc.property(value, ({ text, meaning }) => {
        expect(parseExactJson(text)).toEqual(meaning);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, unknown]>([
    ["[3447222699101865076]", ["3447222699101865076"]],
    ["[-9223372036854775808]", ["-9223372036854775808"]],
    ["[9007199254740991,9007199254740992]", [9007199254740991, "9007199254740992"]],
    ['{"i":3447222699101865076,"p":47.299}', { i: "3447222699101865076", p: 47.299 }],
    ['["3447222699101865076"]', ["3447222699101865076"]],
    ['["\\"3447222699101865076","x"]', ['"3447222699101865076', "x"]],
    ['["\\\\",3447222699101865076]', ["\\", "3447222699101865076"]],
    ['["a \\\\\\" 3447222699101865076 b"]', ['a \\" 3447222699101865076 b']],
    ["[0.1234567890123456789]", [Number("0.1234567890123456789")]],
    ["[1234567890123456789.5]", [Number("1234567890123456789.5")]],
    ["[1234567890123456789e2]", [Number("1234567890123456789e2")]],
    ['{"3447222699101865076":1}', { "3447222699101865076": 1 }],
  ])("%s", (text, meaning) => {
    expect(parseExactJson(text)).toEqual(meaning);
  });

  test("keys named like an object's workings are plain keys and pollute nothing", () => {
    const text =
      '[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"i":3447222699101865076}]';
    parseExactJson(text);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  const unfinished = `[{"i":3447222699101865076,"content":"<a href=\\"`;
  test.each<[string, string]>([
    ["nothing", ""],
    ["no end", '[{"i":3447222699101865076'],
    ["no end of a text", unfinished],
    ["a bare minus", "[-,3447222699101865076]"],
    ["digits and letters", "[3447222699101865076abc]"],
    ["a lonely backslash", '["3447222699101865076\\'],
  ])("broken text (%s) throws a SyntaxError", (_name, text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  test("a text cut within a long article full of quotes is refused at once", () => {
    const text = unfinished + String.raw`\"x\"`.repeat(200_000);
    const start = performance.now();
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
    // Quadratic scanning would take minutes.
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test("a text of 16 MiB is read like any other", () => {
    const long = "x".repeat(16 * 2 ** 20);
    expect(parseExactJson(`["${long}",3447222699101865076]`)).toEqual([
      long,
      "3447222699101865076",
    ]);
  });

  test("an article of a million escaped quotes is read like any other", () => {
    const text = String.raw`\"`.repeat(1_000_000);
    const [article, id] = parseExactJson(`["${text}",3447222699101865076]`) as string[];
    expect([article?.length, id]).toEqual([1_000_000, "3447222699101865076"]);
  });
});
