/** What a reader says instead of a key when the message has no more. */
export const END_OF_MESSAGE = 0;

/** What a reader says of a key that no model has a use for. */
export const OTHER_KEY = -1;

/** Keys longer than this are of no message that is read directly. */
export const LONGEST_KEY = 3;

/** A key of one to three letters as one number; its length stands on top, so no two keys share one. */
export function keyCode(key: string): number {
  let code = key.length;
  for (let at = 0; at < LONGEST_KEY; at++) {
    code = (code << 8) | (at < key.length ? key.charCodeAt(at) : 0);
  }
  return code;
}
