import { inspect } from "node:util";

const HIDDEN = "[secret]";

/**
 * Text that must not be printed. Every ordinary way of turning it into text (`inspect`, JSON, a
 * template, concatenation) gives `[secret]`; only {@link Secret.reveal} gives the text itself.
 * @public
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the wire and nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  /** @internal */
  [inspect.custom](): string {
    return HIDDEN;
  }
}
