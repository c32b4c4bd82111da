/** More kinds of requests than an interface has; ids and symbols in small letters end here. */
const MOST_NAMES = 100;
const MOST_WORDS = 4;

/** A part of a path that is a name, not a version (`v2`), a symbol (`AAPL`), an id or a code. */
const WORD = /^[a-z][a-z_:-]{1,31}$/;

/** What a request is for where its path says nothing, or too many different things. */
const UNNAMED = "fetch";

/**
 * Names of operations, made of paths: `/v2/stocks/AAPL/quotes/latest` is `stocks-quotes-latest`.
 * Names end in metrics and in limits by operation, so there are never more than a hundred.
 */
export class OperationNames {
  readonly #names = new Set<string>();

  of(path: string): string {
    const words = path.split("/").filter((part) => WORD.test(part));
    const name = words.slice(0, MOST_WORDS).join("-");
    if (name === "") return UNNAMED;
    if (this.#names.has(name)) return name;
    if (this.#names.size >= MOST_NAMES) return UNNAMED;
    this.#names.add(name);
    return name;
  }
}
