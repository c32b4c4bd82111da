import { createHash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { Faults } from "../core/faults.ts";
import { freshSeed } from "../core/random.ts";
import type { RequestGate } from "../http/request-gate.ts";
import { AccountBudget, type AccountBudgetHealth } from "./account-budget.ts";

/** Which budget a client wants a part in. */
export interface BudgetClaim {
  readonly keyId: string;
  /** The host's address: hosts count apart from each other. */
  readonly address: string;
  readonly requestsPerMinute: number;
  readonly rateWindowMs: number;
  readonly clock: Clock;
}

/** A part in a budget, until it is given back. */
export interface BudgetLease {
  readonly gate: RequestGate;
  getHealth(): AccountBudgetHealth;
  /** Gives the part back; the last one ends the budget. Doing so twice is harmless. */
  release(): void;
}

interface SharedBudget {
  readonly budget: AccountBudget;
  leases: number;
}

interface Ledger {
  readonly salt: string;
  readonly budgets: Map<string, SharedBudget>;
}

/** Shared by every copy of this package in the process, since the venue counts them together. */
const LEDGER: unique symbol = Symbol.for("holdfast.budgets");

/**
 * A part in the budget that an account has at a host: one for all clients in this process that use the
 * same key there. Other processes and worker threads have their own; what they use up is seen from the
 * venue's answers.
 * @throws ConfigError when other clients of the account have set another limit.
 */
export function leaseBudget(claim: BudgetClaim): BudgetLease {
  const ledger = ledgerOfProcess();
  const { origin, host } = new URL(claim.address);
  const fingerprint = fingerprintOf(ledger.salt, claim.keyId, origin);
  const shared = ledger.budgets.get(fingerprint) ?? open(claim, host);
  refuseOtherLimits(shared.budget, claim);
  ledger.budgets.set(fingerprint, shared);
  shared.leases++;

  let isReleased = false;
  return {
    gate: shared.budget,
    getHealth: () => shared.budget.getHealth(shared.leases),
    release: () => {
      if (isReleased) return;
      isReleased = true;
      shared.leases--;
      if (shared.leases > 0) return;
      ledger.budgets.delete(fingerprint);
      shared.budget.close();
    },
  };
}

function ledgerOfProcess(): Ledger {
  const holder = globalThis as { [LEDGER]?: Ledger };
  holder[LEDGER] ??= { salt: `${freshSeed()} ${freshSeed()}`, budgets: new Map() };
  return holder[LEDGER];
}

function open({ requestsPerMinute, rateWindowMs, clock }: BudgetClaim, key: string): SharedBudget {
  return { budget: new AccountBudget({ key, requestsPerMinute, rateWindowMs, clock }), leases: 0 };
}

/** Of two limits for one budget, one would be broken without a word. */
function refuseOtherLimits(budget: AccountBudget, claim: BudgetClaim): void {
  const faults = new Faults();
  for (const name of ["requestsPerMinute", "rateWindowMs"] as const) {
    const inForce = budget[name];
    const message = `${name} is ${inForce} for other clients of this account, with whom it is shared`;
    faults.require(claim[name] === inForce, `${message}: it cannot be ${claim[name]}`);
  }
  faults.throwIfAny();
}

/** Tells accounts apart in this process; it leads back to no key, and differs from run to run. */
function fingerprintOf(salt: string, keyId: string, origin: string): string {
  return createHash("sha256").update(`${salt}\n${keyId}\n${origin}`).digest("hex").slice(0, 12);
}
