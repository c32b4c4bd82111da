/** A key of one or two letters as it stands in MessagePack, as one number. */
export function keyWord(key: string): number {
  let word = 0xa0 | key.length;
  for (const letter of key) word = word * 0x100 + letter.charCodeAt(0);
  return word;
}

/** A key and the tag of the value behind it, as one number. */
export function keyAndTag(key: string, tag: number): number {
  return keyWord(key) * 0x100 + tag;
}
