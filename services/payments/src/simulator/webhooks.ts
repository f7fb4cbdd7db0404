import { createHmac } from 'node:crypto';
import type { BookedRefund, Intent } from './books.ts';
import { newWireId, nowInSeconds } from './wire.ts';

export interface WireEvent {
  readonly id: string;
  readonly object: 'event';
  readonly type: string;
  readonly created: number;
  readonly data: { readonly object: unknown };
}

export const wireEvent = (type: string, object: unknown): WireEvent => ({
  id: newWireId('evt'),
  object: 'event',
  type,
  created: nowInSeconds(),
  data: { object },
});

const typeOf = {
  succeeded: 'payment_intent.succeeded',
  processing: 'payment_intent.processing',
  requires_payment_method: 'payment_intent.payment_failed',
  canceled: 'payment_intent.canceled',
} as const;

export const intentEvent = (intent: Intent): WireEvent => wireEvent(typeOf[intent.status], intent);

export const refundEvent = (refund: BookedRefund, type: 'created' | 'updated' | 'failed'): WireEvent =>
  wireEvent(`refund.${type}`, refund);

const longestPauseMs = 5_000;

/** Sends webhooks one after the other, each until it is confirmed. */
export class WebhookSender {
  #target: string | null;
  readonly #secret: string;
  #last: Promise<unknown> = Promise.resolve();
  readonly #stopping = new AbortController();

  constructor(secret: string, target: string | null) {
    this.#secret = secret;
    this.#target = target;
  }

  sendTo(target: string | null): void {
    this.#target = target;
  }

  /** Settles when this and all earlier ones are confirmed. Goes on trying meanwhile. */
  send(...events: WireEvent[]): Promise<void> {
    const sent = this.#after(this.#last, events);
    this.#last = sent;
    return sent;
  }

  async #after(earlier: Promise<unknown>, events: readonly WireEvent[]): Promise<void> {
    await earlier;
    for (const event of events) await this.#untilConfirmed(event);
  }

  /** Until nothing is on its way any more. */
  async idle(): Promise<void> {
    for (let last: unknown; last !== this.#last;) await (last = this.#last);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #untilConfirmed(event: WireEvent): Promise<void> {
    for (
      let wait = 50;
      !this.#stopping.signal.aborted && this.#target;
      wait = Math.min(wait * 2, longestPauseMs)
    ) {
      if (await this.#post(this.#target, JSON.stringify(event))) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.#stopping.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), {
          once: true,
        });
      });
    }
  }

  /** Signed as Stripe signs: an HMAC over time and body, so that neither can be changed. */
  #post(target: string, body: string): Promise<boolean> {
    const time = nowInSeconds();
    const signature = createHmac('sha256', this.#secret).update(`${time}.${body}`).digest('hex');
    return fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` },
      body,
      signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(5_000)]),
    }).then(
      (response) => response.ok,
      () => false,
    );
  }
}
