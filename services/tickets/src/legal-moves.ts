import { type TicketKind, type TicketStatus, ticketStatuses } from '@carethread/contracts/events/tickets.ts';

/** Who can move a ticket: its parties, the facts of the prescription it carries, and time. */
export const movers = ['patient', 'doctor', 'pharmacy', 'prescriptions', 'clock'] as const;
export type Mover = (typeof movers)[number];

export interface LegalMove {
  readonly name: MoveName;
  readonly from: readonly TicketStatus[];
  /** `same` keeps the status: the pharmacy, the holder or the lease changes. */
  readonly to: TicketStatus | 'same';
  readonly by: readonly Mover[];
  readonly kinds: readonly TicketKind[];
  /** Further condition on the ticket, checked by `isLegal`. */
  readonly only?: 'no pharmacy chosen';
  /** What a person calls for it; null when it follows from something else. */
  readonly mutation: string | null;
  /** Completes "it cannot be …". */
  readonly verb: string;
  readonly why: string;
}

const all: readonly TicketKind[] = ['prescription', 'consultation', 'lab_request', 'referral'];
/** Kinds whose progress people report themselves; that of a prescription follows from its lines. */
const withoutPrescription: readonly TicketKind[] = ['consultation', 'lab_request', 'referral'];
const prescription: readonly TicketKind[] = ['prescription'];
/** Kinds a pharmacy can have a part in. */
export const kindsWithPharmacy: readonly TicketKind[] = ['prescription', 'lab_request', 'referral'];
const handled: readonly TicketKind[] = ['lab_request', 'referral'];

export type MoveName =
  | 'choose_pharmacy'
  | 'send'
  | 'release'
  | 'claim'
  | 'take_over'
  | 'renew'
  | 'start'
  | 'prepare'
  | 'mark_ready'
  | 'get_ready'
  | 'hand_over_part'
  | 'hand_over'
  | 'collect_document'
  | 'close'
  | 'finish'
  | 'return'
  | 'end_lease'
  | 'decline'
  | 'give_up'
  | 'cancel'
  | 'mark_cancel'
  | 'acknowledge'
  | 'end_marked_lease'
  | 'refuse_cancel'
  | 'expire'
  | 'lapse';

/** Every move a ticket can make. Code, error texts, `docs/ticket-states.md` and tests are made from this table. */
export const legalMoves: readonly LegalMove[] = [
  {
    name: 'choose_pharmacy',
    from: ['created', 'sent'],
    to: 'same',
    by: ['patient', 'doctor'],
    kinds: kindsWithPharmacy,
    mutation: 'changePharmacy',
    verb: 'given to another pharmacy',
    why: 'The choice is free until a pharmacy holds the ticket; the former one loses access at once.',
  },
  {
    name: 'send',
    from: ['created'],
    to: 'sent',
    by: ['doctor'],
    kinds: withoutPrescription,
    mutation: 'sendTicket',
    verb: 'sent',
    why: 'The doctor says it is complete.',
  },
  {
    name: 'release',
    from: ['created'],
    to: 'sent',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'released',
    why: 'The prescription is signed and its screening is clear or answered for.',
  },
  {
    name: 'claim',
    from: ['sent'],
    to: 'received',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'claimTicket',
    verb: 'claimed',
    why: 'One pharmacy takes it, for the time of a lease and under a new fence.',
  },
  {
    name: 'take_over',
    from: ['received', 'preparing', 'ready', 'cancel_marked'],
    to: 'same',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'claimTicket',
    verb: 'taken over',
    why: 'A colleague in the same pharmacy goes on; the fence grows and the former token is dead.',
  },
  {
    name: 'renew',
    from: ['received', 'preparing', 'ready'],
    to: 'same',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'renewClaim',
    verb: 'held for longer',
    why: 'The work needs more time than one lease.',
  },
  {
    name: 'start',
    from: ['received'],
    to: 'preparing',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'startPreparing',
    verb: 'prepared',
    why: 'Work, or a question about it, has begun.',
  },
  {
    name: 'prepare',
    from: ['received'],
    to: 'preparing',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'prepared',
    why: 'The pharmacy has put together some of the lines.',
  },
  {
    name: 'mark_ready',
    from: ['preparing'],
    to: 'ready',
    by: ['pharmacy'],
    kinds: handled,
    mutation: 'markReady',
    verb: 'marked ready',
    why: 'The result can be fetched.',
  },
  {
    name: 'get_ready',
    from: ['preparing'],
    to: 'ready',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'made ready',
    why: 'The lines can be collected, in whole or in part.',
  },
  {
    name: 'hand_over_part',
    from: ['received', 'ready'],
    to: 'preparing',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'handed over in part',
    why: 'A part was handed over and something is still owed.',
  },
  {
    name: 'hand_over',
    from: ['sent', 'ready'],
    to: 'closed',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'handed over',
    why: 'Nothing is owed any more. From sent: it was handed over just before the claim ended, and the news came after.',
  },
  {
    name: 'collect_document',
    from: ['created', 'sent'],
    to: 'closed',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'downloaded',
    why: 'The patient has the document of a renewal and can go anywhere with it: no pharmacy gets it here as well.',
  },
  {
    name: 'close',
    from: ['ready'],
    to: 'closed',
    by: ['pharmacy'],
    kinds: handled,
    mutation: 'closeTicket',
    verb: 'closed',
    why: 'The result was handed out.',
  },
  {
    name: 'finish',
    from: ['sent'],
    to: 'closed',
    by: ['doctor'],
    kinds: withoutPrescription,
    only: 'no pharmacy chosen',
    mutation: 'closeTicket',
    verb: 'closed',
    why: 'The consultation is over, or the result came in by another way.',
  },
  {
    name: 'return',
    from: ['received', 'preparing', 'ready'],
    to: 'sent',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'returnTicket',
    verb: 'returned',
    why: 'The pharmacy gives it back with a coded reason; its token dies and it can be claimed again.',
  },
  {
    name: 'end_lease',
    from: ['received', 'preparing', 'ready'],
    to: 'sent',
    by: ['clock'],
    kinds: kindsWithPharmacy,
    mutation: null,
    verb: 'returned',
    why: 'The lease ended without the work being done or the lease renewed.',
  },
  {
    name: 'decline',
    from: ['received'],
    to: 'not_fulfilled',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'declineTicket',
    verb: 'declined',
    why: 'The pharmacy cannot or may not fulfil it, and nobody else should.',
  },
  {
    name: 'give_up',
    from: ['sent', 'received', 'preparing', 'ready'],
    to: 'not_fulfilled',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'given up',
    why: 'The pharmacy has closed every line without handing anything over. From sent: just before the claim ended.',
  },
  {
    name: 'cancel',
    from: ['created', 'sent'],
    to: 'cancelled',
    by: ['patient', 'doctor', 'prescriptions'],
    kinds: all,
    mutation: 'cancelTicket',
    verb: 'cancelled',
    why: 'Nobody has begun with it.',
  },
  {
    name: 'mark_cancel',
    from: ['received', 'preparing', 'ready'],
    to: 'cancel_marked',
    by: ['patient', 'doctor', 'prescriptions'],
    kinds: kindsWithPharmacy,
    mutation: 'cancelTicket',
    verb: 'cancelled',
    why: 'A pharmacy is busy with it: hand-over is blocked a moment later, and the pharmacy has to acknowledge.',
  },
  {
    name: 'acknowledge',
    from: ['cancel_marked'],
    to: 'cancelled',
    by: ['pharmacy'],
    kinds: kindsWithPharmacy,
    mutation: 'acknowledgeCancel',
    verb: 'cancelled for good',
    why: 'The pharmacy confirms that it has stopped.',
  },
  {
    name: 'end_marked_lease',
    from: ['cancel_marked'],
    to: 'cancelled',
    by: ['clock'],
    kinds: kindsWithPharmacy,
    mutation: null,
    verb: 'cancelled for good',
    why: 'The lease ended without an acknowledgement: nothing can be handed over under it any more.',
  },
  {
    name: 'refuse_cancel',
    from: ['cancel_marked'],
    to: 'closed',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'closed',
    why: 'The cancellation was too late: everything had been handed over.',
  },
  {
    name: 'expire',
    from: ['created', 'sent'],
    to: 'expired',
    by: ['clock'],
    kinds: all,
    mutation: null,
    verb: 'expired',
    why: 'Its validity has ended. A held ticket expires when it comes back.',
  },
  {
    name: 'lapse',
    from: ['created', 'sent', 'received', 'preparing', 'ready'],
    to: 'expired',
    by: ['prescriptions'],
    kinds: prescription,
    mutation: null,
    verb: 'expired',
    why: 'The prescription is valid nowhere any more: nothing can be handed over, whoever holds the ticket.',
  },
];

/** What each status means, for people. */
export const statusMeanings: Record<TicketStatus, string> = {
  created: 'being prepared, the pharmacy cannot see it',
  sent: 'waiting for its pharmacy to claim it',
  received: 'claimed by a pharmacy',
  preparing: 'a pharmacy is working on it, or something is still owed',
  ready: 'can be collected or sent out, in whole or in part',
  closed: 'handed over or finished',
  cancel_marked: 'being cancelled, the pharmacy has yet to acknowledge',
  cancelled: 'cancelled',
  expired: 'no longer valid',
  not_fulfilled: 'declined or given up by the pharmacy',
};

/** The part of a ticket the table looks at. */
export interface Movable {
  readonly kind: TicketKind;
  readonly state: { readonly status: TicketStatus };
  readonly pharmacyId: string | null;
  readonly anyPharmacy: boolean;
}

/** The table's row for this move, if the ticket can make it now and this mover may. */
export const findMove = (ticket: Movable, name: MoveName, by: Mover): LegalMove | undefined =>
  movesFrom(ticket).find((move) => move.name === name && move.by.includes(by));

/** Every move the table has for a ticket of this kind in this status, whoever makes it. */
export const movesFrom = (ticket: Movable): LegalMove[] =>
  legalMoves.filter(
    (move) =>
      move.from.includes(ticket.state.status) &&
      move.kinds.includes(ticket.kind) &&
      (move.only === undefined || (ticket.pharmacyId === null && !ticket.anyPharmacy)),
  );

/** Where the move leads from this status. */
export const targetOf = (move: LegalMove, from: TicketStatus): TicketStatus =>
  move.to === 'same' ? from : move.to;

/** Statuses nothing leads out of. */
export const endStatuses: readonly TicketStatus[] = ticketStatuses.filter(
  (status) => !legalMoves.some((move) => move.from.includes(status)),
);
