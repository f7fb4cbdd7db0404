import { newId, type OrganisationId, type PrescriptionId, type TicketId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { Finding } from '@carethread/contracts/screening.ts';
import type { Resolved } from '../src/line.ts';
import type { World } from './world.ts';

/** A line as a client would send it. */
export const lineInput = (more: object = {}) => ({
  productId: newId(),
  text: 'Amoxicillin 500 mg capsule',
  strength: '500 mg',
  form: 'capsule',
  route: 'oral',
  dose: { amount: '500', unit: 'mg', perDay: 3 },
  durationDays: 10,
  quantity: 30,
  quantityUnit: 'capsule',
  ...more,
});

const written = 'prescription { id version status lines { id } }';

export interface Written {
  prescriptionId: PrescriptionId;
  ticketId: TicketId;
  version: number;
  lineIds: string[];
}

/** A draft with lines on a new ticket. */
export async function drafted(
  world: World,
  lines: object[] = [lineInput()],
  parties: {
    patient?: Actor;
    doctor?: Actor;
    pharmacyId?: OrganisationId;
    as?: Partial<Resolved>;
    unresolved?: boolean;
  } = {},
): Promise<Written> {
  const ticketId = await world.openTicket(parties);
  const doctor = parties.doctor ?? world.doctor;
  const { prescription } = await world.mutate(
    doctor,
    'draftPrescription',
    { ticketId, idempotencyKey: newId() },
    written,
  );
  const set = { prescriptionId: prescription.id, expectedVersion: prescription.version, lines };
  const { prescription: filled } = await world.mutate(doctor, 'setPrescriptionLines', set, written);
  if (!parties.unresolved) await world.resolve(filled.id, parties.as);
  return {
    prescriptionId: filled.id,
    ticketId,
    version: filled.version,
    lineIds: filled.lines.map(({ id }: { id: string }) => id),
  };
}

export async function signed(
  world: World,
  ...args: [lines?: object[], parties?: Parameters<typeof drafted>[2]]
): Promise<Written> {
  const draft = await drafted(world, ...args);
  const done = await world.mutate(
    args[1]?.doctor ?? world.doctor,
    'signPrescription',
    { prescriptionId: draft.prescriptionId, expectedVersion: draft.version },
    written,
  );
  if (done.userErrors.length > 0) throw new Error(JSON.stringify(done.userErrors));
  return { ...draft, version: done.prescription.version };
}

/** Signed and found clear; its ticket is sent. */
export async function released(
  world: World,
  ...args: [lines?: object[], parties?: Parameters<typeof drafted>[2]]
): Promise<Written> {
  const done = await signed(world, ...args);
  await world.screen(done.prescriptionId);
  await world.move(done.ticketId, 'sent');
  return done;
}

export const finding = (key: string, more: Partial<Finding> = {}): Finding => ({
  key,
  kind: 'interaction',
  severity: 'major',
  ruleId: 'R1',
  lineIds: [],
  subjects: ['warfarin', 'aspirin'],
  ...more,
});

/** Of the fill its ticket carries: version, lines and what stands ready, as this person sees it. */
export const fillOf = async (world: World, actor: Actor, ticketId: TicketId) =>
  (
    await world.query(
      actor,
      `query ($id: ID!) { _entities(representations: [{ __typename: "Ticket", id: $id }]) { ... on Ticket {
         fill { id number status version readiness lines { line { id } state prepared handedOver remaining notDispensedReason }
           preparations { id lineId quantity lot } } } } }`,
      { id: ticketId },
    )
  )._entities[0].fill;

export const lot = (quantity: number, more: object = {}) => ({
  quantity,
  lot: 'L1',
  expiresOn: '2029-06-30',
  ...more,
});

/** Everything of the ticket's fill, prepared and handed over at the pharmacy that holds it. Answers the payload. */
export async function fillWhole(
  world: World,
  ticketId: TicketId,
  claimToken: string,
  pharmacist: Actor = world.pharmacist,
) {
  const fill = await fillOf(world, pharmacist, ticketId);
  const lines = fill.lines.map((line: any) => ({ lineId: line.line.id, lots: [lot(line.remaining)] }));
  const prepared = await world.mutate(
    pharmacist,
    'prepareLines',
    { ticketId, claimToken, expectedVersion: fill.version, lines },
    'fill { preparations { id quantity } }',
  );
  const items = prepared.fill.preparations.map(({ id, quantity }: any) => ({ preparationId: id, quantity }));
  return world.mutate(
    pharmacist,
    'handOver',
    { ticketId, claimToken, idempotencyKey: newId(), items },
    'dispense { id handedOverAt fillId items { lot quantity expiresOn preparedAt lineId } } fill { status }',
  );
}
