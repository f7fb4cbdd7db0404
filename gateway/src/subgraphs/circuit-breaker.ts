const failuresToOpen = 5;
const openForMs = 2_000;

/**
 * Stops calling a service that does not answer. Five failures in a row open it for two seconds; then one call is let
 * through to try, and its outcome closes or opens it again. Times are milliseconds since 1970.
 */
export class CircuitBreaker {
  #failures = 0;
  #openUntil = 0;
  #trying = false;

  get isOpen(): boolean {
    return this.#failures >= failuresToOpen;
  }

  /** Whether a call may be made now. Every admitted call ends with one of the three methods below. */
  admits(now: number): boolean {
    if (!this.isOpen) return true;
    if (this.#trying || now < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  failed(now: number): void {
    this.#failures += 1;
    this.#trying = false;
    if (this.isOpen) this.#openUntil = now + openForMs;
  }

  /** The call ended for a reason that says nothing about the service, such as a client that went away. */
  abandoned(): void {
    this.#trying = false;
  }
}
