import type { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { ResponseDecodeError } from "../../core/request-errors.ts";
import type { HttpRequest, HttpRequester } from "../../http/http-request.ts";
import type { HttpResponse } from "../../http/http-response.ts";
import { authHeaders, type SealedCredentials } from "./credentials.ts";
import { parseExactJson } from "./frame-decoder.ts";
import type { RestCallOptions } from "./rest-call.ts";
import { toRestError } from "./rest-errors.ts";

/** What a reader asks for. */
export type RestQuestion = Pick<HttpRequest, "operation" | "url" | "query"> & RestCallOptions;

/** Sends authenticated GET requests and checks their answers. */
export class RestReader {
  readonly #session: HttpRequester;
  readonly #credentials: SealedCredentials;
  readonly #clock: Clock;

  constructor(session: HttpRequester, credentials: SealedCredentials, clock: Clock) {
    this.#session = session;
    this.#credentials = credentials;
    this.#clock = clock;
  }

  async read<Answer>(question: RestQuestion, schema: z.ZodType<Answer>): Promise<Answer> {
    const headers = authHeaders(this.#credentials);
    const response = await this.#session.request({ ...question, headers });
    if (!response.ok) throw toRestError(response, this.#clock);
    const answer = schema.safeParse(exactJson(response));
    if (answer.success) return answer.data;
    throw new ResponseDecodeError(question.operation, response.body, response.facts, {
      cause: answer.error,
    });
  }
}

/** The body as JSON, its ids exact; what is no JSON is the response's own error. */
function exactJson(response: HttpResponse): unknown {
  try {
    return parseExactJson(response.text());
  } catch {
    return response.json();
  }
}
