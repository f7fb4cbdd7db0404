import { derivedId, newId, type AttemptId, type RefundId, type UserId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { cancel, endWithTicket } from '../src/decisions/end.ts';
import { type ChargeNews, learn } from '../src/decisions/learn.ts';
import { learnOfRefund, refund, type RefundNews } from '../src/decisions/refund.ts';
import { freshPayment } from '../src/decisions/request.ts';
import { retry, retryByItself, start } from '../src/decisions/start.ts';
import { type Effect, effectsOf } from '../src/effects.ts';
import { type Posting, postingOf } from '../src/ledger/posting.ts';
import { evolve, type Fact } from '../src/fact.ts';
import { attemptOf, isOpen, type Payment, statusOf } from '../src/payment.ts';
import type { Rules } from '../src/rules.ts';

export const rules: Rules = {
  maxRetries: 3,
  retryAfterMs: 10_000,
  askAfterMs: [2_000, 5_000, 60_000],
  settleMs: 120_000,
  copyWaitMs: 0,
};
const somebody = newId<'User'>() as UserId;
export const amount = 4_900;

/** How the provider takes a charge: what becomes of it, and whether we hear of it. */
export const manners = [
  'works',
  'works unheard',
  'lost',
  'lost, works late',
  'declined',
  'declined for now',
  'declined unheard',
  'takes time, works',
  'takes time, is declined',
] as const;
export type Manner = (typeof manners)[number];

type Known = ChargeNews & { is: 'succeeded' | 'processing' | 'declined' | 'voided' };

/** A provider as it should be: one charge and one refund under each reference, and books of its own. */
class ModelProvider {
  readonly charges = new Map<AttemptId, Known>();
  readonly refunds = new Map<RefundId, number>();
  readonly webhooks: { about: AttemptId; news: Known }[] = [];
  readonly refundWebhooks: RefundId[] = [];
  /** What is decided later, in either way. */
  readonly undecided = new Map<AttemptId, Known>();

  charge(reference: AttemptId, manner: Manner): ChargeNews {
    if (this.charges.has(reference)) throw new Error('The same charge was sent twice.');
    const chargeId = `ch_${reference}`;
    const works: Known = { is: 'succeeded', chargeId };
    const declined = (passing: boolean): Known => ({
      is: 'declined',
      chargeId,
      cause: 'card_declined',
      passing,
    });
    switch (manner) {
      case 'works':
        return this.#decide(reference, works);
      case 'works unheard':
        this.#decide(reference, works);
        return { is: 'silent' };
      case 'lost':
        return { is: 'silent' };
      case 'lost, works late':
        this.undecided.set(reference, works);
        return { is: 'silent' };
      case 'declined':
        return this.#decide(reference, declined(false));
      case 'declined for now':
        return this.#decide(reference, declined(true));
      case 'declined unheard':
        this.#decide(reference, declined(false));
        return { is: 'silent' };
      case 'takes time, works':
        this.undecided.set(reference, works);
        return this.#decide(reference, { is: 'processing', chargeId });
      case 'takes time, is declined':
        this.undecided.set(reference, declined(false));
        return this.#decide(reference, { is: 'processing', chargeId });
      default:
        return manner satisfies never;
    }
  }

  settle(): void {
    for (const [reference, outcome] of this.undecided) this.#decide(reference, outcome);
    this.undecided.clear();
  }

  void(reference: AttemptId): ChargeNews {
    if (this.charges.get(reference)?.is !== 'processing') return { is: 'silent' };
    this.undecided.delete(reference);
    return this.#decide(reference, { is: 'voided' });
  }

  refund(reference: RefundId, minor: number): RefundNews {
    if (!this.refunds.has(reference)) this.refundWebhooks.push(reference);
    this.refunds.set(reference, minor);
    return { is: 'succeeded', providerId: `re_${reference}` };
  }

  #decide(reference: AttemptId, outcome: Known): Known {
    this.charges.set(reference, outcome);
    this.webhooks.push({ about: reference, news: outcome });
    return outcome;
  }
}

/** What can be made to happen; `pick` chooses among the things it could happen to. */
export type Step =
  | { do: 'task'; pick: number; manner: Manner; dies: boolean }
  | { do: 'webhook'; pick: number; stays: boolean }
  | { do: 'wait'; ms: number }
  | { do: 'settle' }
  | { do: 'start' }
  | { do: 'cancel' }
  | { do: 'end with ticket' }
  | { do: 'refund'; minor: number };

/** One payment, its tasks, and a provider that behaves as it is told. */
export class Model {
  readonly provider = new ModelProvider();
  readonly postings: Posting[] = [];
  payment: Payment;
  now = new Date('2026-11-20T09:00:00Z');
  #tasks: (Effect & { tries: number })[] = [];

  constructor() {
    const ticket = {
      id: newId<'Ticket'>(),
      patientId: somebody,
      doctorId: somebody,
      clinicId: newId<'Organisation'>(),
    };
    this.payment = freshPayment({
      id: derivedId(ticket.id, 'payment'),
      ticket,
      amount: { minor: amount, currency: 'EUR' },
      purpose: 'consultation',
      subjectId: null,
      requestedBy: somebody,
      requestedAt: this.now,
    });
    this.#apply([{ type: 'requested' }]);
  }

  step(step: Step): void {
    const { version: expectedVersion } = this.payment;
    const wish = { provider: 'model', expectedVersion };
    switch (step.do) {
      case 'task':
        return this.#runTask(step);
      case 'webhook':
        return this.#hear(step);
      case 'wait':
        this.now = new Date(this.now.getTime() + step.ms);
        return;
      case 'settle':
        return this.provider.settle();
      case 'start':
        return this.#apply(
          statusOf(this.payment) === 'pending'
            ? start(this.payment, { ...wish, method: 'pm_x' }, 'sent', this.now)
            : retry(this.payment, { ...wish, method: null }, 'sent', this.now),
        );
      case 'cancel':
        return this.#apply(cancel(this.payment, { reason: 'patient_wish', expectedVersion }).facts);
      case 'end with ticket':
        return this.#apply(
          endWithTicket(this.payment, { reason: 'ticket_cancelled', partHandedOver: false }, this.now),
        );
      case 'refund':
        return this.#apply(
          refund(
            this.payment,
            { minor: step.minor, reason: 'goodwill', by: somebody, expectedVersion },
            this.now,
          ),
        );
      default:
        return step satisfies never;
    }
  }

  /** All comes to rest: everything is decided, every webhook arrives, every task runs, and nobody dies any more. */
  heal(): void {
    for (let round = 0; round < 200; round++) {
      this.provider.settle();
      while (this.provider.webhooks.length > 0) this.#hear({ pick: 0, stays: false });
      this.now = new Date(this.now.getTime() + 600_000);
      if (this.#tasks.length === 0) return;
      for (let left = this.#tasks.length; left > 0; left--)
        this.#runTask({ pick: 0, manner: 'works', dies: false });
    }
    throw new Error(`It never came to rest: ${statusOf(this.payment)}`);
  }

  #apply(facts: readonly Fact[] | Refusal): void {
    if (facts instanceof Refusal) return;
    const paidBefore = this.payment.paidBy;
    this.payment = facts.reduce(evolve, this.payment);
    for (const fact of facts) {
      const posting = postingOf(fact, this.payment);
      if (posting) this.postings.push(posting);
    }
    this.#tasks.push(
      ...effectsOf(facts, this.payment, rules, this.now).map((effect) => ({ ...effect, tries: 0 })),
    );
    if (this.payment.attempts.filter(isOpen).length > 1) throw new Error('Two attempts are open at once.');
    if (paidBefore && this.payment.paidBy !== paidBefore)
      throw new Error('What was paid is not paid any more.');
  }

  /** Runs a due task. One that dies made its call, but nobody learned of it: it runs again. */
  #runTask({ pick, manner, dies }: { pick: number; manner: Manner; dies: boolean }): void {
    const due = this.#tasks.filter(({ at }) => at <= this.now);
    const task = due[pick % Math.max(due.length, 1)];
    if (!task) return;
    const facts = this.#perform(task, manner, dies);
    if (dies) task.tries += 1;
    else this.#tasks = this.#tasks.filter((each) => each !== task);
    this.#apply(facts);
  }

  #perform(task: Effect & { tries: number }, manner: Manner, dies: boolean): readonly Fact[] {
    const { payment, now } = this;
    const known = (news: ChargeNews, id: AttemptId) => (dies ? [] : learn(payment, id, news, rules, now));
    switch (task.do) {
      case 'charge': {
        const attempt = attemptOf(payment, task.attemptId);
        if (attempt.status !== 'sending') return [];
        if (task.tries > 0) return learn(payment, attempt.id, { is: 'silent' }, rules, now);
        if (payment.ending) return learn(payment, attempt.id, { is: 'voided' }, rules, now);
        return known(this.provider.charge(attempt.id, manner), attempt.id);
      }
      case 'ask-charge':
        if (!isOpen(attemptOf(payment, task.attemptId))) return [];
        return known(this.provider.charges.get(task.attemptId) ?? { is: 'absent' }, task.attemptId);
      case 'void-charge': {
        const news = this.provider.void(task.attemptId);
        return news.is === 'silent' ? [] : known(news, task.attemptId);
      }
      case 'retry':
        return dies ? [] : retryByItself(payment, { plannedAt: task.at, ticket: 'sent' }, now);
      case 'refund': {
        const wanted = payment.refunds.find(({ id }) => id === task.refundId)!;
        const news = this.provider.refund(wanted.id, wanted.minor);
        return dies ? [] : learnOfRefund(payment, wanted.id, news, now);
      }
      default:
        return task satisfies never;
    }
  }

  /** A webhook arrives, in any order; one that stays arrives again. */
  #hear({ pick, stays }: { pick: number; stays: boolean }): void {
    const { webhooks, refundWebhooks } = this.provider;
    const refundId = refundWebhooks[0];
    if (refundId && pick % 2 === 1) {
      if (!stays) refundWebhooks.shift();
      const news: RefundNews = { is: 'succeeded', providerId: `re_${refundId}` };
      return this.#apply(learnOfRefund(this.payment, refundId, news, this.now));
    }
    const at = pick % Math.max(webhooks.length, 1);
    const told = webhooks[at];
    if (!told) return;
    if (!stays) webhooks.splice(at, 1);
    this.#apply(learn(this.payment, told.about, told.news, rules, this.now));
  }
}
