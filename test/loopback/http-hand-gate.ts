import type { HttpResponse } from "../../src/http/http-response.ts";
import type { RequestGate } from "../../src/http/request-gate.ts";
import type { AcquireLimits, Admission } from "../../src/resilience/admission.ts";
import type { Lane } from "../../src/resilience/lanes.ts";

/** Someone who waits at the gate. */
export interface Waiter {
  readonly lane: Lane;
  readonly limits: AcquireLimits;
  readonly admit: (admission: Admission) => void;
  readonly fail: (reason: unknown) => void;
}

/** A gate that is open or shut, remembers everything, and admits by hand. */
export class HandGate implements RequestGate {
  isOpen = true;
  readonly tried: Lane[] = [];
  readonly waiters: Waiter[] = [];
  readonly observed: number[] = [];

  tryEnter(lane: Lane): boolean {
    this.tried.push(lane);
    return this.isOpen;
  }

  enter(lane: Lane, limits: AcquireLimits): Promise<Admission> {
    return new Promise((admit, fail) => this.waiters.push({ lane, limits, admit, fail }));
  }

  observe({ statusCode }: HttpResponse): void {
    this.observed.push(statusCode);
  }
}
