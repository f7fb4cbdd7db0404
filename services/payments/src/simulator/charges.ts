import type { Books, Intent } from './books.ts';
import { type Case, caseFor } from './cases.ts';
import { type Form, formIn, textIn, textsIn } from './form.ts';
import { intentEvent, type WebhookSender } from './webhooks.ts';
import { listPage, newWireId, notFound, nowInSeconds, ok, type Reply, wireError } from './wire.ts';

/** Charges: payment intents that are confirmed at once. */
export class Charges {
  readonly #books: Books;
  readonly #webhooks: WebhookSender;
  readonly #random: () => number;
  /** What is still to be decided, by intent. */
  readonly #undecided = new Map<string, () => Intent>();
  /** Requests per payment and token, those included of which nothing came. */
  readonly #seen = new Map<string, number>();

  constructor(books: Books, webhooks: WebhookSender, random: () => number) {
    this.#books = books;
    this.#webhooks = webhooks;
    this.#random = random;
  }

  /** What is done is done when this returns; `answer` then says what the client gets to hear. */
  create(form: Form): { answer: Reply; as: Case; sent: Promise<void> } {
    const token = textIn(form, 'payment_method') ?? '';
    const metadata = textsIn(formIn(form, 'metadata'));
    const chosen = this.#chosen(token, metadata['payment'] ?? '');
    const intent: Intent = {
      id: newWireId('pi'),
      object: 'payment_intent',
      amount: Number(textIn(form, 'amount')),
      amount_received: 0,
      currency: textIn(form, 'currency') ?? '',
      created: nowInSeconds(),
      status: 'processing',
      payment_method: token,
      metadata,
      last_payment_error: null,
    };
    const { later } = chosen;
    if (later)
      this.#undecided.set(intent.id, () =>
        this.#decide(this.#books.intents.get(intent.id) ?? intent, later, chosen),
      );
    if (chosen.outcome === 'nothing') return { answer: refusal(chosen), as: chosen, sent: Promise.resolve() };
    const decided = this.#decide(intent, chosen.outcome, chosen);
    const outcome = intentEvent(decided);
    const events = chosen.webhooks.map((which) => (which === 'processing' ? intentEvent(intent) : outcome));
    return { answer: answerFor(decided), as: chosen, sent: this.#webhooks.send(...events) };
  }

  retrieve(id: string): Reply {
    const intent = this.#books.intents.get(id);
    return intent ? ok(intent) : notFound('payment_intent');
  }

  /** Knows the one question we ask: `metadata["reference"]:"…"`. */
  search(form: Form): Reply {
    const [, key = '', value] = /^metadata\["(\w+)"\]:"([^"]+)"$/.exec(textIn(form, 'query') ?? '') ?? [];
    if (value === undefined)
      return wireError(400, { type: 'invalid_request_error', message: 'This query is not understood.' });
    const data = [...this.#books.intents.values()].filter(({ metadata }) => metadata[key] === value);
    return ok({ object: 'search_result', data, has_more: false, next_page: null });
  }

  list(form: Form): Reply {
    const created = formIn(form, 'created');
    return listPage(this.#books.intents.values(), {
      limit: Number(textIn(form, 'limit') ?? 10),
      after: textIn(form, 'starting_after'),
      since: Number(textIn(created, 'gte') ?? 0),
      until: Number(textIn(created, 'lt') ?? Infinity),
    });
  }

  cancel(id: string): Reply {
    const intent = this.#books.intents.get(id);
    if (!intent) return notFound('payment_intent');
    if (intent.status === 'succeeded' || intent.status === 'canceled')
      return wireError(400, {
        type: 'invalid_request_error',
        code: 'payment_intent_unexpected_state',
        message: `It is ${intent.status}.`,
      });
    this.#undecided.delete(id);
    const canceled = this.#books.keepIntent({ ...intent, status: 'canceled' });
    void this.#webhooks.send(intentEvent(canceled));
    return ok(canceled);
  }

  /** Decides everything that was put off, and tells of it. */
  async settle(): Promise<void> {
    const events = [...this.#undecided.values()].map((decide) => intentEvent(decide()));
    this.#undecided.clear();
    await this.#webhooks.send(...events);
  }

  #chosen(token: string, payment: string): Case {
    const key = `${payment}:${token}`;
    const earlier = this.#seen.get(key) ?? 0;
    this.#seen.set(key, earlier + 1);
    return caseFor(token, earlier, this.#random);
  }

  #decide(intent: Intent, outcome: 'succeeded' | 'processing' | 'declined', { declineCode }: Case): Intent {
    switch (outcome) {
      case 'succeeded':
        return this.#books.keepIntent({ ...intent, status: 'succeeded', amount_received: intent.amount });
      case 'processing':
        return this.#books.keepIntent(intent);
      case 'declined':
        return this.#books.keepIntent({
          ...intent,
          status: 'requires_payment_method',
          last_payment_error: {
            type: 'card_error',
            code: 'card_declined',
            decline_code: declineCode ?? 'generic_decline',
            message: 'Your card was declined.',
          },
        });
      default:
        return outcome satisfies never;
    }
  }
}

function answerFor(intent: Intent): Reply {
  const error = intent.last_payment_error;
  return error ? wireError(402, { ...error, payment_intent: intent }) : ok(intent);
}

function refusal({ reply }: Case): Reply {
  if (reply === 429)
    return wireError(429, {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Too many requests.',
    });
  if (reply === 500)
    return wireError(500, { type: 'api_error', message: 'Something went wrong on our side.' });
  return 'no answer';
}
