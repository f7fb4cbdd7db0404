import { type ServiceName, serviceNames } from './define-event.ts';
import type { EventType } from './registry.ts';

/** The broker as data: what exists, who listens to what. Nothing else names an exchange or a queue. */
export const exchanges = {
  /** Topic; routing key is the event type. */
  events: 'domain.events',
  /** Direct; routing key is the service whose queue gave up on a message. */
  dead: 'domain.dead',
  /** Fanout; what gateways tell each other of who is there. Nothing in it is kept, and no service has a part in it. */
  presence: 'live.presence',
} as const;

/** Event types each service takes. A type that stands in no list has no durable subscriber (live updates may still use it). */
export const subscriptions = {
  identity: ['tickets.ticket.opened.v1', 'tickets.ticket.pharmacy_changed.v1', 'messaging.audit.sealed.v1'],
  tickets: [
    'identity.organisation.registered.v1',
    'identity.membership.granted.v1',
    'identity.membership.ended.v1',
    'identity.consent.decided.v1',
    'identity.emergency_access.opened.v1',
    'identity.emergency_access.ended.v1',
    'messaging.message.posted.v1',
    'messaging.access.questioned.v1',
    'messaging.access.question_closed.v1',
    'prescriptions.prescription.drafted.v1',
    'prescriptions.prescription.signed.v1',
    'prescriptions.prescription.blocked.v1',
    'prescriptions.prescription.released.v1',
    'prescriptions.prescription.cancelled.v1',
    'prescriptions.prescription.cancel_refused.v1',
    'prescriptions.prescription.expired.v1',
    'prescriptions.fill.opened.v1',
    'prescriptions.fill.prepared.v1',
    'prescriptions.fill.handed_over.v1',
    'prescriptions.fill.not_fulfilled.v1',
    'prescriptions.prescription.withdrawal_noted.v1',
    'prescriptions.renewal.requested.v1',
    'prescriptions.renewal.awaiting_approval.v1',
    'prescriptions.renewal.approved.v1',
    'prescriptions.renewal.ready.v1',
    'prescriptions.renewal.downloaded.v1',
    'prescriptions.renewal.ended.v1',
    'prescriptions.renewal.refund_requested.v1',
    'prescriptions.document.made.v1',
    'prescriptions.document.downloaded.v1',
    'payments.payment.requested.v1',
    'payments.payment.processing.v1',
    'payments.payment.unknown.v1',
    'payments.payment.succeeded.v1',
    'payments.payment.failed.v1',
    'payments.payment.cancelled.v1',
    'payments.payment.refunding.v1',
    'payments.payment.refunded.v1',
    'payments.payment.attention_needed.v1',
  ],
  messaging: [
    'tickets.ticket.opened.v1',
    'tickets.ticket.pharmacy_changed.v1',
    'tickets.ticket.moved.v1',
    'prescriptions.prescription.blocked.v1',
    'prescriptions.fill.handed_over.v1',
    'identity.membership.granted.v1',
    'identity.membership.ended.v1',
    'identity.audit.sealed.v1',
    'tickets.audit.sealed.v1',
    'prescriptions.audit.sealed.v1',
    'payments.audit.sealed.v1',
    'catalog.audit.sealed.v1',
  ],
  prescriptions: [
    'identity.organisation.registered.v1',
    'identity.membership.granted.v1',
    'identity.membership.ended.v1',
    'identity.session.revoked.v1',
    'identity.delegation.granted.v1',
    'identity.delegation.ended.v1',
    'identity.consent.decided.v1',
    'identity.emergency_access.opened.v1',
    'identity.emergency_access.ended.v1',
    'tickets.ticket.opened.v1',
    'tickets.ticket.pharmacy_changed.v1',
    'tickets.ticket.moved.v1',
    'catalog.lines.resolved.v1',
    'catalog.screening.completed.v1',
    'catalog.release.published.v1',
    'catalog.product.withdrawn.v1',
    'catalog.product.reinstated.v1',
    'payments.payment.processing.v1',
    'payments.payment.unknown.v1',
    'payments.payment.succeeded.v1',
    'payments.payment.failed.v1',
    'payments.payment.cancelled.v1',
    'payments.payment.refunding.v1',
    'payments.payment.refunded.v1',
    'payments.payment.attention_needed.v1',
  ],
  catalog: [
    'identity.membership.granted.v1',
    'identity.membership.ended.v1',
    'prescriptions.prescription.lines_written.v1',
    'prescriptions.prescription.signed.v1',
    'prescriptions.prescription.rescreen_requested.v1',
  ],
  payments: [
    'tickets.ticket.opened.v1',
    'tickets.ticket.moved.v1',
    'prescriptions.fill.handed_over.v1',
    'prescriptions.renewal.requested.v1',
    'prescriptions.renewal.refund_requested.v1',
  ],
} as const satisfies Record<ServiceName, readonly EventType[]>;
export type SubscriptionOf<Service extends ServiceName> = (typeof subscriptions)[Service][number];

export const queueOf = (service: ServiceName) => `${service}.events.v1`;
export const deadQueueOf = (service: ServiceName) => `${service}.events.dead`;

/** A queue as it has to be declared; durable, as the exchanges are. */
export interface QueueDeclaration {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
  readonly bindings: readonly { readonly exchange: string; readonly key: string }[];
}

export const exchangeDeclarations = [
  { name: exchanges.events, type: 'topic' },
  { name: exchanges.dead, type: 'direct' },
] as const;

/** The gateways' own; services have no rights to it. */
export const presenceExchange = { name: exchanges.presence, type: 'fanout' } as const;

/** A service's queues, that of its dead letters first. The arguments are the same on RabbitMQ 3.10 and 4.x. */
export const queuesOf = (service: ServiceName): QueueDeclaration[] => [
  {
    name: deadQueueOf(service),
    arguments: { 'x-queue-type': 'quorum' },
    bindings: [{ exchange: exchanges.dead, key: service }],
  },
  {
    name: queueOf(service),
    arguments: {
      'x-queue-type': 'quorum',
      'x-single-active-consumer': true,
      'x-dead-letter-exchange': exchanges.dead,
      'x-dead-letter-routing-key': service,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      'x-delivery-limit': 1000,
    },
    bindings: subscriptions[service].map((type) => ({ exchange: exchanges.events, key: type })),
  },
];

/** Whether some service's queue takes this type: then an unroutable publish is a failure. */
export const hasSubscriber = (type: string) => subscribersOf(type).length > 0;

/** Services whose queue takes this type. */
export const subscribersOf = (type: string) =>
  serviceNames.filter((service) => subscriptions[service].some((taken) => taken === type));
