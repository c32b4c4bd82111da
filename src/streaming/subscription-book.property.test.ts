import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChannelSymbols } from "../core/errors.ts";
import {
  SubscriptionBook,
  type SubscriptionOutcome,
  type SubscriptionRequest,
} from "./subscription-book.ts";

/** `channel symbol` pairs, which are easier to compare than selections. */
type Pairs = Set<string>;

function pairsOf(selection: ChannelSymbols | undefined): Pairs {
  return new Set(
    Object.entries(selection ?? {}).flatMap(([channel, symbols]) =>
      symbols.map((symbol) => `${channel} ${symbol}`),
    ),
  );
}

function selectionOf(pairs: Iterable<string>): ChannelSymbols {
  const selection: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [channel = "", symbol = ""] = pair.split(" ");
    selection[channel] = [...(selection[channel] ?? []), symbol];
  }
  return selection;
}

/** How the venue answers the message in flight. */
type Answer =
  | { readonly kind: "grant" }
  | { readonly kind: "refuse" }
  /** Grants, but the acknowledgement leaves out what it has of every `keep`-th symbol. */
  | { readonly kind: "partial"; readonly keep: number; readonly grantsAll: boolean };

type Step =
  | { readonly do: "subscribe" | "unsubscribe"; readonly selection: ChannelSymbols }
  | { readonly do: "answer"; readonly answer: Answer }
  | { readonly do: "cut" };

/** The book, its user, and a venue with faults; every promise the book makes is checked on the way. */
class Conversation {
  readonly book = new SubscriptionBook();
  readonly wanted: Pairs = new Set();
  readonly rejected: Pairs = new Set();
  readonly #forbidden: Pairs;
  #granted: Pairs = new Set();
  #inFlight: SubscriptionRequest | undefined;
  /** Reported as left out on this connection: then only a new connection helps. */
  incomplete = false;
  partialAnswers = 0;

  constructor(forbidden: Pairs = new Set()) {
    this.#forbidden = forbidden;
    this.connect();
  }

  take(step: Step): void {
    switch (step.do) {
      case "subscribe":
        this.book.subscribe(step.selection);
        for (const pair of pairsOf(step.selection)) this.wanted.add(pair);
        break;
      case "unsubscribe":
        this.book.unsubscribe(step.selection);
        for (const pair of pairsOf(step.selection)) this.wanted.delete(pair);
        break;
      case "answer":
        this.#answer(step.answer);
        break;
      case "cut":
        this.book.reset();
        this.connect();
        break;
      default:
        step satisfies never;
    }
    expect(pairsOf(this.book.desired)).toEqual(this.wanted);
    this.#send();
  }

  connect(): void {
    this.#granted = new Set();
    this.#inFlight = undefined;
    this.incomplete = false;
    this.book.restore();
    this.#send();
  }

  /** The venue has no more faults: it answers until nobody asks. */
  quiet(): number {
    let messages = 0;
    while (this.#inFlight) {
      this.take({ do: "answer", answer: { kind: "grant" } });
      expect(++messages).toBeLessThan(10_000);
    }
    return messages;
  }

  get granted(): Pairs {
    return this.#granted;
  }

  #send(): void {
    const next = this.book.next();
    if (this.#inFlight) {
      expect(next).toBeUndefined(); // one in flight
      return;
    }
    this.#inFlight = next;
    if (!next) return;
    const named = Object.values(next.selection).flat().length;
    expect(named).toBeGreaterThan(0);
    expect(named).toBeLessThanOrEqual(500);
  }

  #answer(answer: Answer): void {
    const request = this.#inFlight;
    if (!request) return;
    this.#inFlight = undefined;
    const named = pairsOf(request.selection);
    const refuses =
      request.action === "subscribe" &&
      [...named].some((pair) => !this.#granted.has(pair)) && // nobody refuses what he has granted
      (answer.kind === "refuse" || [...named].some((pair) => this.#forbidden.has(pair)));
    if (refuses) {
      this.#refused(named);
      return;
    }
    const kept = this.#apply(request.action, named, answer);
    const { missing } = this.book.acknowledge(selectionOf(kept));
    if (missing) this.incomplete = true;
  }

  #refused(named: Pairs): void {
    const acknowledged = pairsOf(this.book.acknowledged);
    const outcome: SubscriptionOutcome = this.book.reject();
    expect(outcome.unexpected).toBeUndefined();
    for (const pair of pairsOf(outcome.rejected)) {
      expect(named.has(pair) && this.wanted.has(pair) && !acknowledged.has(pair)).toBe(true);
      this.wanted.delete(pair);
      this.rejected.add(pair);
    }
  }

  #apply(action: SubscriptionRequest["action"], named: Pairs, answer: Answer): Pairs {
    const before = new Set(this.#granted);
    for (const pair of named) {
      if (action === "subscribe") this.#granted.add(pair);
      else this.#granted.delete(pair);
    }
    if (answer.kind !== "partial" || action !== "subscribe") return this.#granted;
    this.partialAnswers++;
    const shown = [...this.#granted].filter((_, index) => index % answer.keep === 0);
    if (!answer.grantsAll) this.#granted = new Set([...before, ...shown]);
    return new Set(shown);
  }
}

const CHANNELS = ["trades", "quotes"];
const SYMBOLS = ["A", "B", "C", "D", "E", "F"];
const pair = fc.tuple(fc.constantFrom(...CHANNELS), fc.constantFrom(...SYMBOLS));
const somePairs = fc.uniqueArray(
  pair.map(([channel, symbol]) => `${channel} ${symbol}`),
  { minLength: 1, maxLength: 8 },
);
const selection = somePairs.map(selectionOf);

const userStep = fc.record({
  do: fc.constantFrom("subscribe" as const, "subscribe" as const, "unsubscribe" as const),
  selection,
});
const honest = fc.constant<Answer>({ kind: "grant" });
const faulty = fc.oneof(
  honest,
  fc.constant<Answer>({ kind: "refuse" }),
  fc.record({
    kind: fc.constant("partial" as const),
    keep: fc.integer({ min: 2, max: 3 }),
    grantsAll: fc.boolean(),
  }),
);
const answers = (answer: fc.Arbitrary<Answer>) =>
  fc.record({ do: fc.constant("answer" as const), answer });
const cut = fc.constant<Step>({ do: "cut" });

function historyOf(answer: fc.Arbitrary<Answer>): fc.Arbitrary<Step[]> {
  const step = fc.oneof(
    { weight: 4, arbitrary: userStep },
    { weight: 5, arbitrary: answers(answer) },
    { weight: 1, arbitrary: cut },
  );
  return fc.array(step, { maxLength: 50 });
}

const RUNS = { numRuns: 500 };

describe("SubscriptionBook, whatever happens", () => {
  test("once the faults are over, what is wanted is granted, and what is not is not", () => {
    fc.assert(
      fc.property(historyOf(faulty), fc.option(somePairs, { nil: [] }), (history, forbidden) => {
        const talk = new Conversation(new Set(forbidden));
        for (const step of history) talk.take(step);
        talk.quiet();
        // Left out too often: it stays wanted for the next connection.
        if (talk.incomplete) talk.connect();
        talk.quiet();
        expect(talk.incomplete).toBe(false);
        expect(pairsOf(talk.book.acknowledged)).toEqual(talk.wanted);
        expect(talk.granted).toEqual(talk.wanted);
      }),
      RUNS,
    );
  });

  test("a venue that leaves nothing out is never said to have left something out", () => {
    fc.assert(
      fc.property(
        historyOf(fc.oneof(honest, fc.constant<Answer>({ kind: "refuse" }))),
        (history) => {
          const talk = new Conversation();
          for (const step of history) {
            talk.take(step);
            expect(talk.incomplete).toBe(false);
          }
        },
      ),
      RUNS,
    );
  });

  test("with an honest venue every message is needed: a user who stops gets an end", () => {
    fc.assert(
      fc.property(historyOf(honest), (history) => {
        const talk = new Conversation();
        for (const step of history) talk.take(step);
        const asked = history.filter((step) => step.do !== "answer").length;
        expect(talk.quiet()).toBeLessThanOrEqual(asked + 1);
        expect(pairsOf(talk.book.acknowledged)).toEqual(talk.wanted);
        expect(talk.rejected).toEqual(new Set());
      }),
      RUNS,
    );
  });

  test("a restore that the venue partly refuses loses exactly what is refused", () => {
    const count = fc.integer({ min: 1, max: 1_200 });
    const refused = fc.uniqueArray(fc.nat(1_199), { maxLength: 8 });
    fc.assert(
      fc.property(count, refused, (symbols, unlucky) => {
        const all = Array.from({ length: symbols }, (_, index) => `trades S${index}`);
        const forbidden = new Set(
          unlucky.filter((index) => index < symbols).map((i) => all[i] ?? ""),
        );
        const talk = new Conversation(forbidden);
        talk.book.subscribe(selectionOf(all));
        for (const one of all) talk.wanted.add(one);
        talk.connect();
        const messages = talk.quiet();
        expect(talk.rejected).toEqual(forbidden);
        expect(pairsOf(talk.book.acknowledged)).toEqual(
          new Set(all.filter((one) => !forbidden.has(one))),
        );
        // Each refused symbol costs a search by halves and no more.
        expect(messages).toBeLessThanOrEqual(3 + forbidden.size * 20);
      }),
      { numRuns: 60 },
    );
  });
});
