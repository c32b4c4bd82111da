import type { HttpRequest, HttpRequester } from "../http/http-request.ts";
import type { HttpResponse } from "../http/http-response.ts";
import type { AccountBudgetHealth } from "./account-budget.ts";
import { type BudgetClaim, type BudgetLease, leaseBudget } from "./budget-leases.ts";

/** How an account's requests are limited. */
export interface AccountRequesterOptions extends Omit<BudgetClaim, "address"> {
  readonly session: HttpRequester;
  /** The hosts of the account; those at the same address share a budget. */
  readonly addresses: readonly string[];
}

/** The requests of one account: each passes the budget of the host it goes to. */
export class AccountRequester implements HttpRequester {
  readonly #session: HttpRequester;
  /** By origin. */
  readonly #leases = new Map<string, BudgetLease>();

  /** @throws ConfigError when the limit is none, or not that of the account's other clients. */
  constructor({ session, addresses, ...claim }: AccountRequesterOptions) {
    this.#session = session;
    try {
      for (const address of addresses) {
        const { origin } = new URL(address);
        if (!this.#leases.has(origin)) this.#leases.set(origin, leaseBudget({ ...claim, address }));
      }
    } catch (thrown) {
      this.release();
      throw thrown;
    }
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    for (const [origin, { gate }] of this.#leases) {
      if (isAt(origin, request.url)) return this.#session.request({ ...request, gate });
    }
    return this.#session.request(request);
  }

  getHealth(): readonly AccountBudgetHealth[] {
    return [...this.#leases.values()].map((lease) => lease.getHealth());
  }

  /** Gives the account's budgets back. Doing so twice is harmless. */
  release(): void {
    for (const lease of this.#leases.values()) lease.release();
  }
}

/** Without parsing, which would cost more than everything else here. */
function isAt(origin: string, url: string): boolean {
  if (!url.startsWith(origin)) return false;
  const next = url.charAt(origin.length);
  return next === "" || next === "/" || next === "?";
}
