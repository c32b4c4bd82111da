import { inspect } from "node:util";
import { ConfigError } from "./errors.ts";

/** Gathers everything that is wrong with some input, so that it is told in one error. @internal */
export class Faults {
  readonly #faults: string[] = [];

  add(fault: string): void {
    this.#faults.push(fault);
  }

  require(condition: boolean, fault: string): void {
    if (!condition) this.add(fault);
  }

  /** A finite number of at least `min`, and not above `max`. */
  number(
    name: string,
    value: unknown,
    { min = 0, max = Number.MAX_SAFE_INTEGER, unlimited = false } = {},
  ): void {
    if (unlimited && value === Number.POSITIVE_INFINITY) return;
    if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max) {
      const range =
        max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      this.add(
        `${name} must be a number ${range}${unlimited ? " or Infinity" : ""}, not ${shown(value)}`,
      );
    }
  }

  integer(
    name: string,
    value: unknown,
    range: { min?: number; max?: number; unlimited?: boolean } = {},
  ): void {
    const before = this.#faults.length;
    this.number(name, value, range);
    const fractional = Number.isFinite(value) && !Number.isInteger(value);
    if (this.#faults.length === before && fractional)
      this.add(`${name} must be whole, not ${String(value)}`);
  }

  oneOf(name: string, value: unknown, allowed: readonly string[]): void {
    if (typeof value !== "string" || !allowed.includes(value)) {
      this.add(`${name} must be one of ${allowed.join(", ")}, not ${shown(value)}`);
    }
  }

  url(name: string, value: unknown, protocols: readonly string[]): void {
    const parsed = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
    if (!parsed || !protocols.includes(parsed.protocol)) {
      const wanted = protocols.map((protocol) => `${protocol}//`).join(" or ");
      this.add(`${name} must be a URL beginning with ${wanted}, not ${shown(value)}`);
    }
  }

  /** What `make` makes, or `undefined` when it is refused; then its faults are added to these. */
  gather<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      for (const fault of thrown.faults) this.add(fault);
      return undefined;
    }
  }

  toError(): ConfigError {
    return new ConfigError(this.#faults);
  }

  /** @throws ConfigError when anything was found. */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw this.toError();
  }
}

/** Any value at all as one line of a message; unlike JSON it takes bigints and circles. @internal */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}
