/** From here on a byte is no ASCII letter, and what it means depends on its neighbours. */
export const FIRST_NON_ASCII = 0x80;

/** The texts of one ASCII letter, made once: exchanges, tapes and most conditions are such. */
export const LETTERS: readonly string[] = Array.from({ length: FIRST_NON_ASCII }, (_, code) =>
  String.fromCharCode(code),
);

/** These bytes as text, or `undefined` when not all of them are ASCII. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let at = start; at < end; at++) {
    const letter = LETTERS[bytes[at] ?? FIRST_NON_ASCII];
    if (letter === undefined) return undefined;
    text += letter;
  }
  return text;
}
