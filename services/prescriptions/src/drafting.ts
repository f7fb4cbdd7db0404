import type { Actor } from '@carethread/contracts/actor.ts';
import type { TicketKind } from '@carethread/contracts/events/tickets.ts';
import type { LineId, OrganisationId, PrescriptionId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { isCoded, type Line, type Resolved } from './line.ts';
import {
  checkVersion,
  type Decided,
  decide,
  draftOf,
  type Fact,
  hashOf,
  type Prescription,
  wrongStatus,
} from './prescription.ts';
import { isEnded, type TicketCopy } from './ticket-copy.ts';

/** A ticket as someone who wants to prescribe on it sees it. */
export interface PrescribableTicket extends TicketCopy {
  kind: TicketKind;
  patientId: UserId;
  doctorId: UserId;
  clinicId: OrganisationId;
}

/** A prescription with nothing on it yet, of which nothing is known but whose it is. */
export const emptyDraft = (
  of: Pick<Prescription, 'id' | 'ticketId' | 'patientId' | 'doctorId' | 'clinicId' | 'ticket' | 'createdAt'>,
): Prescription => ({
  ...of,
  status: 'draft',
  version: 1,
  eventNumber: 0,
  contentVersion: 1,
  lines: [],
  amendment: null,
  signature: null,
  releasedAt: null,
  screening: null,
  openItems: 0,
  overrides: [],
  fills: [],
  fillsUsed: 0,
  lastHandedOverAt: null,
  daysSupplied: 0,
  ended: null,
  factsVersion: 0,
  withdrawals: [],
  releaseInForce: null,
  clinic: null,
  signedSchedules: {},
  dispensedBy: null,
  transfers: 0,
});

/** Begins a prescription: the ticket's doctor, acting for the ticket's clinic, while nothing was sent yet. */
export function startDraft(
  id: PrescriptionId,
  ticket: PrescribableTicket | null,
  actor: Actor,
  now: Date,
): Decided | Refusal {
  const path = ['input', 'ticketId'];
  if (!ticket || ticket.doctorId !== actor.userId)
    return refuse('NOT_FOUND', 'There is no such ticket, or it is not yours.', { path });
  if (ticket.clinicId !== actor.organisationId)
    return refuse('NOT_ALLOWED', 'You act for another clinic than the one this ticket belongs to.', { path });
  if (ticket.kind !== 'prescription')
    return refuse('INVALID', 'Only a ticket of kind prescription carries a prescription.', { path });
  if (ticket.status !== 'created')
    return refuse('ILLEGAL_MOVE', `The ticket is ${ticket.status}.`, { path, currentStatus: ticket.status });
  const { patientId, doctorId, clinicId } = ticket;
  const prescription = emptyDraft({
    id,
    ticketId: ticket.id,
    patientId,
    doctorId,
    clinicId,
    ticket,
    createdAt: now,
  });
  return { prescription, facts: [{ kind: 'drafted' }] };
}

/** Replaces the lines of what is being written. A line may keep its id; an id from elsewhere is refused. */
export function setLines(
  prescription: Prescription,
  { expectedVersion, lines }: { expectedVersion: number; lines: Line[] },
  given: ReadonlySet<LineId>,
): Decided | Refusal {
  const draft = draftOf(prescription);
  if (!draft) return wrongStatus(prescription, 'This is signed. Begin a new version to change it.');
  const stale = checkVersion(prescription, expectedVersion);
  if (stale) return stale;
  const known = new Set(draft.lines.map((line) => line.id));
  const seen = new Set<LineId>();
  const strange = lines.flatMap(({ id }, i) => {
    const wrong = seen.has(id) || (given.has(id) && !known.has(id));
    seen.add(id);
    return wrong
      ? [
          {
            code: 'INVALID' as const,
            message: 'This version has no such line, or it stands here twice.',
            path: ['input', 'lines', String(i), 'id'],
          },
        ]
      : [];
  });
  if (strange.length > 0) return new Refusal(strange);
  const told = written(prescription, { contentVersion: draft.contentVersion, lines });
  if (prescription.amendment)
    return decide(prescription, { amendment: { ...prescription.amendment, lines } }, ...told);
  return decide(prescription, { lines }, ...told);
}

/** Throws away what is being written: the whole draft, or the open amendment of something signed. */
export function discard(prescription: Prescription, expectedVersion: number, now: Date): Decided | Refusal {
  if (!draftOf(prescription)) return wrongStatus(prescription, 'There is no draft to discard.');
  const stale = checkVersion(prescription, expectedVersion);
  if (stale) return stale;
  if (prescription.amendment) return decide(prescription, { amendment: null });
  // Nobody was told of it but the ticket, which goes on: no event.
  return decide(prescription, { status: 'cancelled', ended: { reason: 'discarded', at: now } });
}

/**
 * Begins a new version of something signed, as a copy with lines of its own. The signed one stays in force until the
 * new one is signed, which is only possible while nothing was handed over.
 */
export function amend(
  prescription: Prescription,
  expectedVersion: number,
  newLineId: () => LineId,
): Decided | Refusal {
  switch (prescription.status) {
    case 'signed':
    case 'blocked':
    case 'released':
      break;
    case 'draft':
    case 'completed':
    case 'cancelled':
    case 'expired':
      return wrongStatus(prescription);
    default:
      return prescription.status satisfies never;
  }
  const stale = checkVersion(prescription, expectedVersion);
  if (stale) return stale;
  if (prescription.amendment) return wrongStatus(prescription, 'A new version is being written already.');
  const changeable = checkChangeable(prescription);
  if (changeable) return changeable;
  const lines = prescription.lines.map((line) => ({ ...line, id: newLineId(), resolved: null }));
  const amendment = { contentVersion: prescription.contentVersion + 1, lines };
  return decide(prescription, { amendment }, ...written(prescription, amendment));
}

/** For the catalog to say what they are; of what was typed by hand it cannot. */
const written = (prescription: Prescription, content: { contentVersion: number; lines: Line[] }): Fact[] => {
  const lines = content.lines.filter(isCoded);
  if (lines.length === 0) return [];
  const { contentVersion } = content;
  return [{ kind: 'lines_written', contentVersion, contentHash: hashOf(prescription, content), lines }];
};

/** Takes in what the catalog says of lines that are being written; null when they are others by now. */
export function resolveDraft(
  prescription: Prescription,
  contentHash: string,
  resolved: ReadonlyMap<string, Resolved>,
): Line[] | null {
  const draft = draftOf(prescription);
  if (!draft || hashOf(prescription, draft) !== contentHash) return null;
  return draft.lines.map((line) => ({ ...line, resolved: resolved.get(line.id) ?? line.resolved }));
}

/** Why the content may not become another one any more; null while it may. */
export function checkChangeable({ lastHandedOverAt, ticket }: Prescription): Refusal | null {
  if (lastHandedOverAt)
    return refuse('ILLEGAL_MOVE', 'Part was handed over. Cancel the rest and write a new prescription.');
  if (ticket && isEnded(ticket.status))
    return refuse('ILLEGAL_MOVE', `The ticket is ${ticket.status}.`, { currentStatus: ticket.status });
  return null;
}
