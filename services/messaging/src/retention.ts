import type { TicketKind } from '@carethread/contracts/events/tickets.ts';
import { ticketKinds } from '@carethread/contracts/events/tickets.ts';
import { z } from 'zod';

/**
 * Why messages are kept. Technical is what the service itself needs: the changes of a thread, one by one. Marketing is
 * for kinds of threads an installation says are no more than that.
 */
export const retentionClasses = ['clinical', 'chat', 'marketing', 'technical'] as const;
export type RetentionClass = (typeof retentionClasses)[number];

export interface Retention {
  readonly classOf: Readonly<Record<TicketKind, RetentionClass>>;
  /** How long, counted from the end of the ticket, or from the last activity of one that never ended. */
  readonly days: Readonly<Record<RetentionClass, number>>;
}

/** Reads `name=value,name=value`. */
const pairs = (text: string) =>
  Object.fromEntries(text.split(',').map((pair) => pair.split('=', 2).map((side) => side.trim())));
const listed = <Output>(shape: z.ZodType<Output>, form: string) =>
  z
    .string()
    .transform(pairs)
    .pipe(shape.catch(() => undefined as Output))
    .refine((parsed) => parsed !== undefined, `must be ${form}`);

const classOf = z.strictObject(
  Object.fromEntries(ticketKinds.map((kind) => [kind, z.enum(retentionClasses)])) as Record<
    TicketKind,
    z.ZodEnum<{ [Class in RetentionClass]: Class }>
  >,
);
const period = z.coerce.number().int().min(1).max(36_500);
const days = z.strictObject({ clinical: period, chat: period, marketing: period, technical: period });

/** The settings. A thread of another class is clinical as soon as there is a prescription or an instruction in it. */
export const retentionConfig = {
  RETENTION_CLASSES: listed(classOf, 'a class for each kind of ticket, such as consultation=chat').default({
    prescription: 'clinical',
    lab_request: 'clinical',
    referral: 'clinical',
    consultation: 'chat',
  }),
  RETENTION_DAYS: listed(days, 'days for each class, such as clinical=3650').default({
    clinical: 3_650,
    chat: 1_095,
    marketing: 365,
    technical: 90,
  }),
};
