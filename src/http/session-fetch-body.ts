import { ConfigError } from "../core/errors.ts";

/** A request body as the session sends it, and the content type that fetch gives to its kind. */
export interface FetchBody {
  readonly bytes: string | Uint8Array;
  readonly contentType: string | undefined;
}

type GivenBody = NonNullable<RequestInit["body"]>;

/**
 * Reads a body of any kind that fetch takes. A stream is read to its end first: the session must be
 * able to say whether a request was sent, and half a body is neither.
 * @throws ConfigError when it is longer than `maxBytes`.
 */
export async function readFetchBody(
  given: GivenBody,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<FetchBody> {
  const body = inMemory(given) ?? (await buffered(given, maxBytes, signal));
  if (Buffer.byteLength(body.bytes) > maxBytes) throw tooLong(maxBytes);
  return body;
}

/** What is in memory already; bytes are copied, since the caller may reuse them. */
function inMemory(given: GivenBody): FetchBody | undefined {
  if (typeof given === "string") {
    return { bytes: given, contentType: "text/plain;charset=UTF-8" };
  }
  if (given instanceof URLSearchParams) {
    const contentType = "application/x-www-form-urlencoded;charset=UTF-8";
    return { bytes: given.toString(), contentType };
  }
  if (given instanceof ArrayBuffer) {
    return { bytes: new Uint8Array(given.slice(0)), contentType: undefined };
  }
  if (ArrayBuffer.isView(given)) {
    const { buffer, byteOffset, byteLength } = given;
    return {
      bytes: new Uint8Array(buffer, byteOffset, byteLength).slice(),
      contentType: undefined,
    };
  }
  return undefined;
}

/** Blobs, forms, streams: the platform knows how each becomes bytes. */
async function buffered(
  given: GivenBody,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<FetchBody> {
  const encoded = new Response(given);
  const contentType = encoded.headers.get("content-type") ?? undefined;
  const reader = encoded.body?.getReader();
  const stop = (): void => void reader?.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      chunks.push(read.value);
      length += read.value.byteLength;
      if (length > maxBytes) {
        stop();
        throw tooLong(maxBytes);
      }
    }
    if (signal?.aborted) throw signal.reason;
    return { bytes: Buffer.concat(chunks, length), contentType };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function tooLong(maxBytes: number): ConfigError {
  return new ConfigError([`the request body must not be longer than ${maxBytes} bytes`]);
}
