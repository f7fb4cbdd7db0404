import type { BookedRefund, Books } from './books.ts';
import type { RefundCase } from './cases.ts';
import { type Form, formIn, textIn, textsIn } from './form.ts';
import { refundEvent, type WebhookSender } from './webhooks.ts';
import { listPage, newWireId, notFound, nowInSeconds, ok, type Reply, wireError } from './wire.ts';

/** Refunds. They work, unless the simulator was told what to do with the next ones. */
export class Refunds {
  readonly #books: Books;
  readonly #webhooks: WebhookSender;
  readonly #next: RefundCase[] = [];
  readonly #undecided = new Map<string, 'succeeded' | 'failed'>();

  constructor(books: Books, webhooks: WebhookSender) {
    this.#books = books;
    this.#webhooks = webhooks;
  }

  /** What to do with the refunds that come next, one each. */
  plan(...next: RefundCase[]): void {
    this.#next.push(...next);
  }

  /** `kept` is the answer a repeat under the same key gets, whatever the client heard. */
  create(form: Form): { answer: Reply; kept: Reply } {
    const as = this.#next.shift() ?? 'success';
    if (as === 'timeout_before') return { answer: 'no answer', kept: 'no answer' };
    const booked = as === 'refused' ? refused() : this.book(form, as);
    const kept = booked instanceof Object && 'object' in booked ? ok(booked) : booked;
    return { answer: as === 'timeout_after' ? 'no answer' : kept, kept };
  }

  /** Books a refund, whoever asks for it, and tells of it. */
  book(form: Form, as: RefundCase = 'success'): BookedRefund | Reply {
    const intent = this.#books.intents.get(textIn(form, 'payment_intent') ?? '');
    if (!intent) return notFound('payment_intent');
    const left = this.#books.left(intent);
    const amount = Number(textIn(form, 'amount') ?? left);
    if (amount > left || left === 0)
      return wireError(400, {
        type: 'invalid_request_error',
        code: left === 0 ? 'charge_already_refunded' : 'amount_too_large',
        message: `Only ${left} is left.`,
      });
    const pending = as === 'pending' || as === 'pending_then_failed';
    const refund = this.#books.keepRefund({
      id: newWireId('re'),
      object: 'refund',
      amount,
      currency: intent.currency,
      created: nowInSeconds(),
      payment_intent: intent.id,
      status: pending ? 'pending' : 'succeeded',
      failure_reason: null,
      metadata: textsIn(formIn(form, 'metadata')),
    });
    if (pending) this.#undecided.set(refund.id, as === 'pending' ? 'succeeded' : 'failed');
    void this.#webhooks.send(refundEvent(refund, 'created'));
    return refund;
  }

  list(form: Form): Reply {
    const created = formIn(form, 'created');
    const ofIntent = textIn(form, 'payment_intent');
    const refunds = [...this.#books.refunds.values()].filter(
      ({ payment_intent }) => !ofIntent || payment_intent === ofIntent,
    );
    return listPage(refunds, {
      limit: Number(textIn(form, 'limit') ?? 10),
      after: textIn(form, 'starting_after'),
      since: Number(textIn(created, 'gte') ?? 0),
      until: Number(textIn(created, 'lt') ?? Infinity),
    });
  }

  /** Decides every pending refund, and tells of it. */
  async settle(): Promise<void> {
    const events = [...this.#undecided].map(([id, status]) => {
      const failure_reason = status === 'failed' ? 'lost_or_stolen_card' : null;
      const decided = this.#books.keepRefund({ ...this.#books.refunds.get(id)!, status, failure_reason });
      return refundEvent(decided, status === 'failed' ? 'failed' : 'updated');
    });
    this.#undecided.clear();
    await this.#webhooks.send(...events);
  }
}

const refused = (): Reply =>
  wireError(400, {
    type: 'invalid_request_error',
    code: 'refund_disputed_payment',
    message: 'This charge cannot be refunded.',
  });
