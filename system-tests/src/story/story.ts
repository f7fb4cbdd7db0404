import type { Watch } from '../client.ts';
import { eventually, expect } from './expect.ts';
import { downloadDocument } from './download-document.ts';
import { fill } from './fill.ts';
import { openTicket } from './open-ticket.ts';
import { prescribe } from './prescribe.ts';
import { twoPharmaciesClaim } from './race.ts';
import { setStage } from './stage.ts';
import { strangersSeeNothing } from './strangers.ts';

const liveTicket = `subscription L($id: ID!, $after: Int) { ticketEvents(ticketId: $id, after: $after) {
  ... on TicketChanged { cursor entry { kind from to noted } ticket { status } } ... on ResyncRequired { reason } } }`;

/** From doctor to pharmacy, from outside, through the gateway. Throws at the first thing that is not as told. */
export async function doctorToPharmacy(
  url: string,
  tell: (line: string) => void,
): Promise<{ ticketId: string }> {
  const stage = await setStage(url, tell);
  try {
    const notices = stage.pharmacist.watch(
      'subscription { pharmacyTicketEvents { kind ticket { id status } } }',
    );
    const open = await openTicket(stage);
    const live = stage.patient.watch(liveTicket, { id: open.ticketId, after: 0 });
    const prescriptionId = await prescribe(stage, open);
    await notices.until(
      ({ pharmacyTicketEvents: { ticket } }) => ticket?.id === open.ticketId && ticket.status === 'SENT',
      'the live notice at the pharmacy',
    );
    tell('The pharmacy was told live.');
    await downloadDocument(stage, prescriptionId);
    await fill(stage, open);
    await followed(live);
    tell('The patient saw every step live.');
    await timelineIsWhole(stage, open.ticketId, tell);
    await strangersSeeNothing(stage, open, prescriptionId);
    await twoPharmaciesClaim(stage);
    return { ticketId: open.ticketId };
  } finally {
    await stage.close();
  }
}

async function followed(live: Watch): Promise<void> {
  await live.until(({ ticketEvents: { entry } }) => entry?.to === 'CLOSED', 'the end of the live story');
  const cursors = live.seen.map(({ ticketEvents }) => ticketEvents.cursor as number);
  expect(
    cursors.every((cursor, index) => cursor === index + 1),
    `the patient's live cursors have no gap (${cursors.join()})`,
  );
}

async function timelineIsWhole(
  { patient }: Awaited<ReturnType<typeof setStage>>,
  ticketId: string,
  tell: (line: string) => void,
): Promise<void> {
  const text = `query T($id: ID!) { ticket(id: $id) { timeline(first: 100) { edges { node {
    number kind from to reason noted actor { displayName } happenedAt } } } } }`;
  const entries = await eventually(async () => {
    const { ticket } = await patient.do(text, { id: ticketId });
    const nodes = ticket.timeline.edges.map(({ node }: { node: object }) => node);
    return nodes.some(({ to }: { to: string | null }) => to === 'CLOSED') && nodes;
  }, 'the timeline has the closing');
  expect(
    entries.every(({ number }: { number: number }, index: number) => number === index + 1),
    'the timeline has no gap',
  );
  tell('The timeline, complete and without a gap:');
  for (const entry of entries) {
    const what = entry.to
      ? `${entry.from ?? 'new'} → ${entry.to} (${entry.reason})`
      : (entry.noted ?? entry.kind);
    tell(
      `  ${String(entry.number).padStart(2)}  ${what.toLowerCase()}${entry.actor ? `, ${entry.actor.displayName}` : ''}`,
    );
  }
}
