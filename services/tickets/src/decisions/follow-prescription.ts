import type { DispenseId, PrescriptionId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { type Claim, claimIn, evolve, type Fact, type State, type Ticket } from '../ticket.ts';
import { move } from './move.ts';
import { note } from './note.ts';

/**
 * What the events of the prescription a ticket carries mean for it. They come from another service, so a ticket may have
 * gone on meanwhile: what no longer fits is noted on the timeline and changes nothing.
 */
interface About {
  /** Type of the event. */
  noted: string;
  prescriptionId: PrescriptionId;
}

export function onReleased(ticket: Ticket, event: About & { validUntil: Date }): Fact[] {
  const { prescriptionId, validUntil } = event;
  return orNote(
    move(ticket, 'release', 'prescriptions', { status: 'sent' }, 'released', {
      subjectId: prescriptionId,
      prescriptionId,
      expiresAt: validUntil,
    }),
    event.noted,
    prescriptionId,
  );
}

export function onPrescriptionCancelled(
  ticket: Ticket,
  event: About & { reason: string; requestedBy: UserId | null },
): Fact[] {
  const { noted, prescriptionId, reason } = event;
  const another = ticket.prescriptionId !== null && ticket.prescriptionId !== prescriptionId;
  if (another) return note(noted, prescriptionId);
  const subject = { subjectId: prescriptionId };
  const claim = claimIn(ticket.state);
  const facts =
    claim && ticket.state.status !== 'cancel_marked'
      ? move(
          ticket,
          'mark_cancel',
          'prescriptions',
          { status: 'cancel_marked', claim, requestedBy: event.requestedBy },
          reason,
          subject,
        )
      : move(ticket, 'cancel', 'prescriptions', { status: 'cancelled' }, reason, subject);
  return orNote(facts, noted, prescriptionId);
}

export const onCancelRefused = (ticket: Ticket, { noted, prescriptionId }: About): Fact[] =>
  orNote(
    move(ticket, 'refuse_cancel', 'prescriptions', { status: 'closed' }, 'too_late', {
      subjectId: prescriptionId,
    }),
    noted,
    prescriptionId,
  );

/** Nothing more may be handed over. A ticket that has ended only notes it. */
export const onPrescriptionExpired = (
  ticket: Ticket,
  { noted, prescriptionId, reason }: About & { reason: string },
) =>
  ticket.prescriptionId === null || ticket.prescriptionId === prescriptionId
    ? orNote(
        move(ticket, 'lapse', 'prescriptions', { status: 'expired' }, reason, { subjectId: prescriptionId }),
        noted,
        prescriptionId,
      )
    : note(noted, prescriptionId);

/** The reason of its lines, when they have one in common. */
export const onNotFulfilled = (
  ticket: Ticket,
  { noted, prescriptionId, reasons }: About & { reasons: readonly string[] },
): Fact[] => {
  const [reason = 'not_dispensed', ...others] = new Set(reasons);
  return orNote(
    move(
      ticket,
      'give_up',
      'prescriptions',
      { status: 'not_fulfilled' },
      others.length === 0 ? reason : 'not_dispensed',
      { subjectId: prescriptionId },
    ),
    noted,
    prescriptionId,
  );
};

export function onPrepared(
  ticket: Ticket,
  event: About & { readiness: 'none' | 'part' | 'whole'; fence: number },
): Fact[] {
  const claim = claimUnder(ticket, event.fence);
  if (!claim) return note(event.noted, event.prescriptionId);
  const facts = walk(ticket, event.prescriptionId, [
    ['prepare', { status: 'preparing', claim }, 'preparing'],
    ...(event.readiness === 'none'
      ? []
      : [['get_ready', { status: 'ready', claim }, `ready_${event.readiness}`] as const]),
  ]);
  return facts.length > 0 ? facts : note(event.noted, event.prescriptionId);
}

export function onHandedOver(
  ticket: Ticket,
  event: About & { dispenseId: DispenseId; complete: boolean; fence: number },
): Fact[] {
  const { noted, dispenseId } = event;
  const facts = event.complete ? handedOverWhole(ticket, dispenseId) : handedOverPart(ticket, event);
  return facts.length > 0 ? facts : note(noted, dispenseId);
}

/** What was handed over stays handed over, whoever holds the ticket by now. */
function handedOverWhole(ticket: Ticket, dispenseId: DispenseId): Fact[] {
  // While a cancellation is marked, prescriptions itself says next whether it came too late.
  if (ticket.state.status === 'cancel_marked') return [];
  const claim = claimIn(ticket.state);
  return walk(ticket, dispenseId, [
    ...(claim
      ? ([
          ['prepare', { status: 'preparing', claim }, 'preparing'],
          ['get_ready', { status: 'ready', claim }, 'ready_whole'],
        ] as const)
      : []),
    ['hand_over', { status: 'closed' }, 'handed_over'],
  ]);
}

function handedOverPart(ticket: Ticket, event: { dispenseId: DispenseId; fence: number }): Fact[] {
  const claim = claimUnder(ticket, event.fence);
  return claim
    ? walk(ticket, event.dispenseId, [['hand_over_part', { status: 'preparing', claim }, 'part_handed_over']])
    : [];
}

type Step = readonly ['prepare' | 'get_ready' | 'hand_over' | 'hand_over_part', State, string];

/** Takes those of the steps, in order, that the table allows from where the ticket is. */
function walk(ticket: Ticket, subjectId: string, steps: readonly Step[]): Fact[] {
  const facts: Fact[] = [];
  let current = ticket;
  for (const [name, after, reason] of steps) {
    const moved = move(current, name, 'prescriptions', after, reason, { subjectId });
    if (moved instanceof Refusal) continue;
    facts.push(...moved);
    current = evolve(current, moved[0]);
  }
  return facts;
}

const claimUnder = (ticket: Ticket, fence: number): Claim | null => {
  const claim = claimIn(ticket.state);
  return claim?.fence === fence && ticket.state.status !== 'cancel_marked' ? claim : null;
};

/** Something that no longer fits is noted on the timeline and changes nothing. */
export const orNote = (facts: Fact[] | Refusal, noted: string, subjectId: string): Fact[] =>
  facts instanceof Refusal ? note(noted, subjectId) : facts;
