import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { stageRelease } from '../../../services/catalog/test/stage-release.ts';
import { Client, type Data } from '../../src/client.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
const read = `query P($id: ID!) { prescription(id: $id) { version status safety openItems replay
  verdict { screeningNumber status releaseId coverage { drugs covered } } } }`;

/** One of the catalog's commands, against the platform that runs. */
async function command(cli: string, ...args: string[]): Promise<string> {
  const { platform } = own;
  const env = {
    ...process.env,
    WORKER_DATABASE_URL: platform.databaseUrl('catalog', 'worker'),
    CATALOG_ADMIN_DATABASE_URL: platform.databaseUrl('catalog', 'admin'),
  };
  const path = resolve(import.meta.dirname, '../../../services/catalog/src', cli);
  return (await promisify(execFile)(process.execPath, [path, ...args], { env })).stdout;
}
const prescription = async (id: string) => (await own.stage.doctor.do(read, { id }))['prescription'];

async function answerEverything(id: string, text: string): Promise<void> {
  const { doctor } = own.stage;
  await eventually(async () => {
    const { openItems, version, safety } = await prescription(id);
    if (safety === 'OVERRIDDEN' || safety === 'CLEAR') return true;
    const [findingKey] = openItems;
    const answer = {
      prescriptionId: id,
      findingKey,
      expectedVersion: version,
      reason: 'WILL_BE_MONITORED',
      text,
    };
    if (findingKey) await doctor.tryChange('overrideFinding', answer, 'prescription { version }');
    return false;
  }, 'every point is answered');
}

async function lineOf(search: string, amount: string): Promise<Data> {
  const { products } = await own.stage.doctor.do(
    'query S($text: String!) { products(search: $text, first: 1) { edges { node { id name } } } }',
    { text: search },
  );
  const [{ node }] = products.edges;
  return {
    productId: node.id,
    text: node.name,
    route: 'oral',
    dose: { amount, unit: 'mg', perDay: 1 },
    durationDays: 30,
    quantity: 30,
    quantityUnit: 'tablet',
    instructions: 'In the evening.',
  };
}

describe('ahead of everyone, 4: a stored, replayable safety verdict', () => {
  it('is composed with warnings, outlives a new release, and the release finds whom it concerns', async () => {
    const { platform, stage } = own;
    const { doctor, pharmacist, patientId, pharmacyId } = stage;

    // The doctor composes: the draft has warfarin, and a candidate brings an interaction.
    const { ticket } = await doctor.change(
      'openTicket',
      { idempotencyKey: crypto.randomUUID(), kind: 'PRESCRIPTION', patientId, pharmacyId },
      'ticket { id }',
    );
    const { prescription: draft } = await doctor.change(
      'draftPrescription',
      { ticketId: ticket.id, idempotencyKey: crypto.randomUUID() },
      'prescription { id version }',
    );
    const warfarin = await lineOf('warfarin 5 mg tablet', '5');
    const write = (expectedVersion: number, lines: Data[]) =>
      doctor.change(
        'setPrescriptionLines',
        { prescriptionId: draft.id, expectedVersion, lines },
        `prescription { version findings { status coverage { drugs covered } }
           candidates(search: "ibuprofen 400 mg tablet", first: 3) { product { name } strengths { name }
             match { preselectable } findings { severity text subjects } notChecked { reason } } }`,
      );
    const { prescription: one } = await write(draft.version, [warfarin]);
    expect(one.candidates[0]).toMatchObject({ product: { name: 'Ibuprofen 400 mg tablet' } });
    expect(one.candidates[0].strengths).toContainEqual({ name: 'Ibuprofen 600 mg tablet' });
    expect(one.candidates[0].findings).toContainEqual(
      expect.objectContaining({ severity: 'MAJOR', subjects: ['ibuprofen', 'warfarin'] }),
    );
    const { prescription: two } = await write(one.version, [
      warfarin,
      await lineOf('loratadine 10 mg tablet', '10'),
    ]);
    expect(two.findings.coverage).toEqual({ drugs: 2, covered: 2 });
    await doctor.change(
      'signPrescription',
      { prescriptionId: draft.id, expectedVersion: two.version },
      'prescription { status }',
    );
    await answerEverything(draft.id, 'Weighed with the patient.');
    const claimed = await eventually(async () => {
      const answer = await pharmacist.tryChange(
        'claimTicket',
        { idempotencyKey: crypto.randomUUID(), ticketId: ticket.id },
        'claim { token }',
      );
      return answer['claim'];
    }, 'the pharmacy has claimed it');
    await eventually(async () => {
      const { verdict, safety } = await prescription(draft.id);
      return verdict.screeningNumber >= 2 && safety !== 'PENDING';
    }, "the claim's own check is back");
    await answerEverything(draft.id, 'Weighed with the patient.');
    const before = await prescription(draft.id);
    expect(before.replay).toBe('REPRODUCED');

    // A new release with a new interaction: its effect is known before it is in force.
    const inbox = doctor.watch(
      'subscription { inboxEvents { kind message { body system { code } prescription { id } } } }',
    );
    const admin = new pg.Pool({
      connectionString: platform.databaseUrl('catalog', 'admin'),
      max: 1,
      pipeline: true,
    });
    const staged = await inTransaction(admin, (tx) => stageRelease(tx, ['warfarin', 'loratadine']));
    await admin.end();
    expect(await command('would-alert/would-alert-cli.ts', String(staged.number))).toMatch(/major +1\n/);
    expect((await prescription(draft.id)).verdict.releaseId).toBe(before.verdict.releaseId);
    await command('release/catalog-cli.ts', 'publish', String(staged.number));

    // The doctor's list and the live notice; nothing leaves the counter.
    const alert = await eventually(async () => {
      const { myReleaseAlerts } = await doctor.do(
        '{ myReleaseAlerts { edges { node { releaseId isOpen findings { severity subjects } prescription { id } } } } }',
      );
      return myReleaseAlerts.edges[0]?.node;
    }, 'the alert is in the doctor’s list');
    expect(alert).toMatchObject({
      releaseId: staged.id,
      isOpen: true,
      findings: [{ severity: 'MAJOR', subjects: ['loratadine', 'warfarin'] }],
      prescription: { id: draft.id },
    });
    const notice = await inbox.until(
      ({ inboxEvents }) => inboxEvents.message?.system?.code === 'prescription.needs_doctor',
      'the notice',
    );
    expect(notice['inboxEvents'].message.prescription.id).toBe(draft.id);
    const handOver = () => fillAll(ticket.id, claimed.token);
    const refused = await handOver();
    expect(refused['userErrors']).toMatchObject([{ code: 'BLOCKED' }]);

    // Old verdicts come out the same, the one before the release and the one after.
    expect(await command('replay-verdicts/replay-verdicts-cli.ts')).toMatch(
      /^\d+ reproduced, 0 differ, 0 by another/,
    );
    expect((await prescription(draft.id)).replay).toBe('REPRODUCED');

    // Answered, it can be handed over, and the alert is gone.
    await answerEverything(draft.id, 'Read the study; the dose is low.');
    expect((await handOver())['userErrors']).toEqual([]);
    const { myReleaseAlerts } = await doctor.do('{ myReleaseAlerts { edges { node { id } } } }');
    expect(myReleaseAlerts.edges).toEqual([]);

    const administrator = await Client.signIn(platform.url, 'admin@demo.example');
    const { releaseChecks } = await administrator.do(
      '{ releaseChecks(first: 1) { edges { node { releaseId allAsked major } } } }',
    );
    expect(releaseChecks.edges[0].node).toEqual({ releaseId: staged.id, allAsked: true, major: 1 });
    await administrator.close();
  });

  it('R-07 a second active order of the same ingredient goes nowhere without a reason', async () => {
    const { doctor, patientId, pharmacyId } = own.stage;
    const { ticket } = await doctor.change(
      'openTicket',
      { idempotencyKey: crypto.randomUUID(), kind: 'PRESCRIPTION', patientId, pharmacyId },
      'ticket { id }',
    );
    const { prescription: draft } = await doctor.change(
      'draftPrescription',
      { ticketId: ticket.id, idempotencyKey: crypto.randomUUID() },
      'prescription { id version }',
    );
    const { prescription: written } = await doctor.change(
      'setPrescriptionLines',
      {
        prescriptionId: draft.id,
        expectedVersion: draft.version,
        lines: [await lineOf('warfarin 2.5 mg tablet', '2.5')],
      },
      'prescription { version findings { findings { kind subjects } } }',
    );
    const duplicate = { kind: 'DUPLICATE', subjects: ['warfarin'] };
    expect(written.findings.findings).toContainEqual(duplicate);
    await doctor.change(
      'signPrescription',
      { prescriptionId: draft.id, expectedVersion: written.version },
      'prescription { status }',
    );
    await eventually(async () => (await prescription(draft.id)).status === 'BLOCKED', 'it is blocked');
    const sent = async () =>
      (await doctor.do('query T($id: ID!) { ticket(id: $id) { status } }', { id: ticket.id }))['ticket']
        .status;
    expect(await sent()).toBe('CREATED');
    await answerEverything(draft.id, 'The dose is being changed; the other one ends today.');
    await eventually(async () => (await sent()) === 'SENT', 'it is sent once it is justified');
  });
});

/** Prepares whatever is open, and tries to hand it over. */
async function fillAll(ticketId: string, claimToken: string): Promise<Data> {
  const { pharmacist } = own.stage;
  const { ticket } = await pharmacist.do(
    'query F($id: ID!) { ticket(id: $id) { fill { version lines { line { id } remaining } } } }',
    { id: ticketId },
  );
  const lots = (quantity: number) => [{ quantity, lot: 'LOT-1', expiresOn: '2029-12-31' }];
  const lines = ticket.fill.lines.map((each: Data) => ({
    lineId: each['line'].id,
    lots: lots(each['remaining']),
  }));
  const { fill } = await pharmacist.change(
    'prepareLines',
    { ticketId, claimToken, expectedVersion: ticket.fill.version, lines },
    'fill { preparations { id quantity } }',
  );
  return pharmacist.tryChange(
    'handOver',
    {
      ticketId,
      claimToken,
      idempotencyKey: crypto.randomUUID(),
      items: fill.preparations.map(({ id, quantity }: Data) => ({ preparationId: id, quantity })),
    },
    'dispense { id }',
  );
}
