import { describe, expect, it } from '@jest/globals';
import { Client, type Data } from '../../src/client.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
const key = () => ({ idempotencyKey: crypto.randomUUID() });

interface Writing {
  prescriptionId: string;
  ticketId: string;
  version: number;
}

/** A draft with one line of the product that is found first. */
async function write(
  doctor: Client,
  patientId: string,
  search: string,
  line: { quantity: number; durationDays: number; repeats: number },
): Promise<Writing & { lines: object[] }> {
  const { products } = await doctor.do(
    'query S($text: String!) { products(search: $text, first: 1) { edges { node { id name schedule } } } }',
    { text: search },
  );
  const product = products.edges[0].node;
  const opening = { ...key(), kind: 'PRESCRIPTION', patientId, pharmacyId: own.stage.pharmacyId };
  const { ticket } = await doctor.change('openTicket', opening, 'ticket { id }');
  const { prescription } = await doctor.change(
    'draftPrescription',
    { ticketId: ticket.id, ...key() },
    'prescription { id version }',
  );
  const lines = [
    {
      productId: product.id,
      text: product.name,
      quantityUnit: 'tablet',
      instructions: 'As told.',
      ...line,
    },
  ];
  const version = await setLines(doctor, prescription, lines);
  return { prescriptionId: prescription.id, ticketId: ticket.id, version, lines };
}

const setLines = async (doctor: Client, { id, version }: Data, lines: object[]): Promise<number> =>
  (
    await doctor.change(
      'setPrescriptionLines',
      { prescriptionId: id, expectedVersion: version, lines },
      'prescription { version }',
    )
  )['prescription'].version;

const sign = (doctor: Client, { prescriptionId, version }: Writing) =>
  doctor.tryChange(
    'signPrescription',
    { prescriptionId, expectedVersion: version },
    'prescription { version status policyPacks }',
  );

const confirm = (person: Client, password = 'carethread-demo') =>
  person.tryChange('confirmIdentity', { password }, 'confirmation { accessToken confirmedAt }');

/** The same person in the same session, with a proof of who they are. */
async function confirmed(person: Client): Promise<Client> {
  const { confirmation } = await confirm(person);
  const client = new Client(person.url, person.email);
  client.accessToken = confirmation.accessToken;
  return client;
}

/** Answers whatever the safety check has, until it is released and its ticket is sent. */
async function release(doctor: Client, { prescriptionId, ticketId }: Writing): Promise<void> {
  await eventually(async () => {
    const read = 'query P($id: ID!) { prescription(id: $id) { status version openItems } }';
    const now = (await doctor.do(read, { id: prescriptionId }))['prescription'];
    const [findingKey] = now.openItems;
    if (findingKey) {
      const answer = { prescriptionId, findingKey, expectedVersion: now.version };
      await doctor.tryChange(
        'overrideFinding',
        { ...answer, reason: 'CHECKED_BY_HAND', text: 'Looked at.' },
        'prescription { version }',
      );
    }
    return now.status === 'RELEASED';
  }, 'the prescription is released');
  await eventually(async () => {
    const { ticket } = await doctor.do('query T($id: ID!) { ticket(id: $id) { status } }', { id: ticketId });
    return ticket.status === 'SENT';
  }, 'the ticket is sent');
}

/** Claims the ticket and hands over all of it. */
async function fillWhole(pharmacist: Client, ticketId: string): Promise<void> {
  const { claim } = await eventually(async () => {
    const answer = await pharmacist.tryChange('claimTicket', { ticketId, ...key() }, 'claim { token }');
    return answer['claim'] && answer;
  }, 'the ticket can be claimed');
  const fill = await eventually(async () => {
    const read = 'query F($id: ID!) { ticket(id: $id) { fill { version lines { remaining line { id } } } } }';
    return (await pharmacist.do(read, { id: ticketId }))['ticket'].fill;
  }, 'the fill is there');
  const lots = (quantity: number) => [{ quantity, lot: 'L', expiresOn: '2029-12-31' }];
  const { fill: ready } = await pharmacist.change(
    'prepareLines',
    {
      ticketId,
      claimToken: claim.token,
      expectedVersion: fill.version,
      lines: fill.lines.map((each: Data) => ({ lineId: each['line'].id, lots: lots(each['remaining']) })),
    },
    'fill { preparations { id quantity } }',
  );
  const items = ready.preparations.map(({ id, quantity }: Data) => ({ preparationId: id, quantity }));
  const handing = { ticketId, claimToken: claim.token, ...key(), items };
  await eventually(async () => {
    const answer = await pharmacist.tryChange('handOver', handing, 'fill { status }');
    if (answer['userErrors'].some(({ code }: Data) => code !== 'BLOCKED'))
      throw new Error(JSON.stringify(answer));
    return answer['fill']?.status === 'COMPLETE';
  }, 'it is handed over');
}

describe('controlled medicines, from outside (R-14, U-02)', () => {
  it('a CII is signed with a proof of identity only, and without repeats', async () => {
    const { doctor, patientId } = own.stage;
    const writing = await write(doctor, patientId, 'oxycodone 5 mg tablet', {
      quantity: 20,
      durationDays: 5,
      repeats: 1,
    });
    const unproved = await sign(doctor, writing);
    expect(unproved['userErrors'].map(({ code, path }: Data) => [code, path])).toEqual([
      ['STEP_UP_REQUIRED', []],
      ['INVALID', ['lines', '0', 'repeats']],
    ]);

    expect((await confirm(doctor, 'not the password'))['userErrors']).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    const proved = await confirmed(doctor);
    expect((await sign(proved, writing))['userErrors']).toMatchObject([
      { code: 'INVALID', path: ['lines', '0', 'repeats'] },
    ]);

    const once = writing.lines.map((line) => ({ ...line, repeats: 0 }));
    const written = { id: writing.prescriptionId, version: writing.version };
    const corrected = { ...writing, version: await setLines(proved, written, once) };
    const checks = `query C($id: ID!) { prescription(id: $id) { signingChecks { kind } controls { name maxRepeats rules } } }`;
    const seen = await eventually(async () => {
      const { prescription } = await doctor.do(checks, { id: writing.prescriptionId });
      return prescription.signingChecks[0]?.kind === 'STEP_UP' && prescription;
    }, 'the doctor is told before signing');
    expect(seen.controls).toMatchObject([{ name: 'Schedule II (US@1)', maxRepeats: 0 }]);
    // Another token of the same session does not have the proof.
    expect((await sign(doctor, corrected))['userErrors']).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
    const signed = await sign(proved, corrected);
    expect(signed['userErrors']).toEqual([]);
    expect(signed['prescription']).toMatchObject({ policyPacks: ['US@1'] });
    await release(doctor, corrected);
  });

  it('the repeats of a CIII are redeemed five times and not a sixth', async () => {
    const { otherDoctor, otherPatient, otherPatientId, pharmacist, pharmacyId } = own.stage;
    const proved = await confirmed(otherDoctor);
    const supply = { quantity: 3, durationDays: 3, repeats: 5 };
    const writing = await write(proved, otherPatientId, 'buprenorphine 8 mg sublingual tablet', supply);
    const tooMany = writing.lines.map((line) => ({ ...line, repeats: 6 }));
    const written = { id: writing.prescriptionId, version: writing.version };
    const version = await setLines(proved, written, tooMany);
    expect((await sign(proved, { ...writing, version }))['userErrors']).toMatchObject([
      { code: 'INVALID', path: ['lines', '0', 'repeats'], message: expect.stringContaining('at most 5') },
    ]);
    const again = await setLines(proved, { id: writing.prescriptionId, version }, writing.lines);
    expect((await sign(proved, { ...writing, version: again }))['userErrors']).toEqual([]);
    await release(otherDoctor, writing);
    await fillWhole(pharmacist, writing.ticketId);

    const redeem = () =>
      otherPatient.tryChange(
        'redeemRepeat',
        { prescriptionId: writing.prescriptionId, pharmacyId, ...key() },
        'fill { number ticket { id } }',
      );
    for (let repeat = 1; repeat <= 5; repeat += 1) {
      const { fill, userErrors } = await redeem();
      expect(userErrors).toEqual([]);
      expect(fill.number).toBe(repeat + 1);
      await fillWhole(pharmacist, fill.ticket.id);
    }
    expect((await redeem())['userErrors']).toMatchObject([{ code: 'BLOCKED' }]);
  });

  it('a proof of identity ends with its session', async () => {
    const doctor = await Client.signIn(own.platform.url, 'doctor@demo.example');
    const proved = await confirmed(doctor);
    await doctor.do('mutation { signOut { userErrors { code } } }');
    const refusal = await eventually(
      async () => (await proved.ask('{ me { id } }')).errors?.[0]?.extensions?.code,
      'the token with the proof is refused',
    );
    expect(refusal).toBe('UNAUTHENTICATED');
  }, 30_000);
});
