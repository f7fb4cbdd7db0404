import type { Actor } from '@carethread/contracts/actor.ts';
import type { PaymentId } from '@carethread/contracts/ids.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { type Cause, causeOfRequest } from '@carethread/service-kit/cause.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { noSuchPayment } from './decisions/refusals.ts';
import type { Foundation } from './foundation.ts';
import { seesPayments } from './may-manage.ts';
import type { Fact } from './fact.ts';
import { type Locked, lockPayment } from './store/load.ts';
import { savePayment } from './store/save.ts';

/** Who asks, and the marks by which the request can be followed through the services. */
export interface Caller {
  actor: Actor;
  requestId: string;
  traceparent: string | null;
}

export interface Changed {
  paymentId: PaymentId;
}

type Decide = (locked: Locked, now: Date) => readonly Fact[] | Refusal;

/** One change a person makes to a payment, in their transaction: load and lock, decide, save. */
export async function changePaymentIn(
  tx: Tx,
  { rules, metrics, now }: Foundation,
  caller: Caller,
  paymentId: PaymentId,
  decide: Decide,
): Promise<Changed | Refusal> {
  const locked = seesPayments(caller.actor) ? await lockPayment(tx, paymentId) : null;
  if (!locked) return noSuchPayment();
  const at = now();
  const facts = decide(locked, at);
  if (facts instanceof Refusal) return facts;
  savePayment(tx, locked.payment, facts, { cause: causeOfRequest(caller), rules, now: at });
  metrics.count(facts);
  return { paymentId };
}

/** The same where money begins to move: once per idempotency key. Two round trips. */
export const changePaymentOnce = (
  foundation: Foundation,
  caller: Caller,
  command: { name: string; input: { paymentId: PaymentId; idempotencyKey: string } },
  decide: Decide,
): Promise<Changed | Refusal> => {
  const { name, input } = command;
  return foundation.database.command({ actor: caller.actor, name, key: input.idempotencyKey, input }, (tx) =>
    changePaymentIn(tx, foundation, caller, input.paymentId, decide),
  );
};

/** The same for something that became known, or due: as the worker, in a transaction at hand. */
export async function changeKnown(
  tx: Tx,
  { rules, metrics, now }: Pick<Foundation, 'rules' | 'metrics' | 'now'>,
  cause: Cause,
  paymentId: PaymentId,
  decide: (locked: Locked, now: Date) => readonly Fact[],
): Promise<Locked | null> {
  const locked = await lockPayment(tx, paymentId);
  if (!locked) return null;
  const at = now();
  const facts = decide(locked, at);
  const payment = savePayment(tx, locked.payment, facts, { cause, rules, now: at });
  metrics.count(facts);
  return { ...locked, payment };
}
