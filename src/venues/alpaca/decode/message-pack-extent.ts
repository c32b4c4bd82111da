/** A list that claims more elements is refused by the generic decoder, so it is not skipped either. */
export const MOST_LIST_ELEMENTS: number = 2 ** 20;

/**
 * Where the MessagePack value at `start` ends, or -1 when it does not end before `end`. A `plain`
 * value has no maps and no extensions but the timestamp, which may be read in ways that fail: for
 * those the answer is -1 as well. No depth is too deep: what is pending is only counted.
 */
export function endOfValue(
  view: DataView,
  start: number,
  end: number,
  kind: "any" | "plain",
): number {
  let at = start;
  let pending = 1;
  while (pending > 0) {
    // Each value takes a byte at least, so a frame cannot hold more than it has left.
    if (pending > end - at) return -1;
    pending--;
    const tag = view.getUint8(at);
    if (kind === "plain" && !isPlain(view, at, tag)) return -1;
    const size = sizeOf(view, at, tag);
    if (size < 0) return -1;
    pending += membersOf(view, at, tag);
    at += size;
  }
  return at > end ? -1 : at;
}

/** Bytes of a value without its members; -1 for the one tag that is never used. */
function sizeOf(view: DataView, at: number, tag: number): number {
  if (tag < 0xa0 || tag >= 0xe0) return 1;
  if (tag < 0xc0) return 1 + (tag & 0x1f);
  switch (tag) {
    case 0xc1:
      return -1;
    case 0xc4:
    case 0xd9:
      return 2 + view.getUint8(at + 1);
    case 0xc5:
    case 0xda:
      return 3 + view.getUint16(at + 1);
    case 0xc6:
    case 0xdb:
      return 5 + view.getUint32(at + 1);
    case 0xc7:
      return 3 + view.getUint8(at + 1);
    case 0xc8:
      return 4 + view.getUint16(at + 1);
    case 0xc9:
      return 6 + view.getUint32(at + 1);
    case 0xcc:
    case 0xd0:
      return 2;
    case 0xcd:
    case 0xd1:
    case 0xd4:
    case 0xdc:
    case 0xde:
      return 3;
    case 0xd5:
      return 4;
    case 0xca:
    case 0xce:
    case 0xd2:
    case 0xdd:
    case 0xdf:
      return 5;
    case 0xd6:
      return 6;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 9;
    case 0xd7:
      return 10;
    case 0xd8:
      return 18;
    default:
      // Nothing, false and true.
      return 1;
  }
}

/** How many values stand in this one; a pair counts as two. */
function membersOf(view: DataView, at: number, tag: number): number {
  if (tag >= 0x80 && tag < 0x90) return (tag & 0x0f) * 2;
  if (tag >= 0x90 && tag < 0xa0) return tag & 0x0f;
  switch (tag) {
    case 0xdc:
      return view.getUint16(at + 1);
    case 0xdd:
      return view.getUint32(at + 1);
    case 0xde:
      return view.getUint16(at + 1) * 2;
    case 0xdf:
      return view.getUint32(at + 1) * 2;
    default:
      return 0;
  }
}

function isPlain(view: DataView, at: number, tag: number): boolean {
  if (tag < 0x80 || tag >= 0xe0) return true;
  if (tag < 0x90) return false;
  switch (tag) {
    case 0xdd:
      return view.getUint32(at + 1) <= MOST_LIST_ELEMENTS;
    // The timestamps; other lengths of them are refused.
    case 0xd6:
    case 0xd7:
      return true;
    case 0xc7:
      return view.getUint8(at + 1) === 12;
    case 0xd4:
    case 0xd5:
    case 0xd8:
    case 0xc8:
    case 0xc9:
    case 0xde:
    case 0xdf:
      return false;
    default:
      return true;
  }
}
