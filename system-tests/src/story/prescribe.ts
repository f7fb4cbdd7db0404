import type { Data } from '../client.ts';
import { eventually, expect } from './expect.ts';
import type { OpenTicket } from './open-ticket.ts';
import type { Stage } from './stage.ts';

const whole = `prescription { id status version safety openItems lines { id text quantity }
  findings { status findings { key kind severity text management } notChecked { key check reason } } }`;

/** Two medicines that do not go together: the doctor sees it while writing, answers for it, and signs. */
export async function prescribe(stage: Stage, { ticketId }: OpenTicket): Promise<string> {
  const { doctor, patient, pharmacist, tell } = stage;
  const draft = (
    await doctor.change('draftPrescription', { ticketId, idempotencyKey: crypto.randomUUID() }, whole)
  )['prescription'];
  const lines = [
    await line(stage, 'warfarin', { amount: '5', perDay: 1, quantity: 30 }),
    await line(stage, 'ibuprofen', { amount: '400', perDay: 3, quantity: 30 }),
  ];
  let written: Data = (
    await doctor.change(
      'setPrescriptionLines',
      { prescriptionId: draft.id, expectedVersion: draft.version, lines },
      whole,
    )
  )['prescription'];
  tell(`The doctor drafts ${lines.map(({ text }) => text).join(' and ')}.`);
  expect(written['findings'].findings.length > 0, 'the draft shows findings while it is written');
  for (const finding of written['findings'].findings)
    tell(
      `  Finding (${finding.severity.toLowerCase()}): ${finding.text} ${finding.management ?? ''}`.trimEnd(),
    );
  const hidden = await patient.do('query P($id: ID!) { prescription(id: $id) { id } }', { id: draft.id });
  expect(hidden['prescription'] === null, 'nobody but the doctor sees a draft');

  for (const gap of written['findings'].notChecked) tell(`  Not checked: ${gap.check} (${gap.reason})`);
  for (const { key } of [...written['findings'].findings, ...written['findings'].notChecked]) {
    const answer = {
      prescriptionId: draft.id,
      findingKey: key,
      reason: 'WILL_BE_MONITORED',
      text: 'Five days only; INR on day three, stomach protection given.',
      expectedVersion: written['version'],
    };
    written = (await doctor.change('overrideFinding', answer, whole))['prescription'];
  }
  tell('The doctor answers for what was found, with a reason, and signs.');
  await doctor.change(
    'signPrescription',
    { prescriptionId: draft.id, expectedVersion: written['version'] },
    'prescription { status }',
  );
  const released = await eventually(async () => {
    const { prescription } = await doctor.do(
      'query P($id: ID!) { prescription(id: $id) { status safety openItems verdict { status releaseId } } }',
      { id: draft.id },
    );
    expect(prescription.status !== 'BLOCKED', `every finding is answered (open: ${prescription.openItems})`);
    return prescription.status === 'RELEASED' && prescription;
  }, 'the prescription is released');
  expect(released.safety === 'OVERRIDDEN', 'the stored verdict says overridden, not clear');
  tell('The catalog has judged it against the release in force; it is released.');
  await eventually(async () => {
    const { ticket } = await pharmacist.do('query T($id: ID!) { ticket(id: $id) { status } }', {
      id: ticketId,
    });
    return ticket?.status === 'SENT';
  }, 'the ticket is sent');
  return draft.id as string;
}

async function line(stage: Stage, name: string, dose: { amount: string; perDay: number; quantity: number }) {
  const { products } = await stage.doctor.do(
    'query S($text: String!) { products(search: $text, first: 5) { edges { node { id name } } } }',
    { text: `${name} ${dose.amount} mg` },
  );
  const product = products.edges[0]?.node;
  expect(product, `the catalog knows ${name} ${dose.amount} mg`);
  return {
    productId: product.id,
    text: product.name,
    route: 'oral',
    dose: { amount: dose.amount, unit: 'mg', perDay: dose.perDay },
    durationDays: Math.floor(dose.quantity / dose.perDay),
    quantity: dose.quantity,
    quantityUnit: 'tablet',
    repeats: 0,
    instructions: 'With food.',
  };
}
