import { createHash } from 'node:crypto';
import type { DueTask } from '@carethread/bus/task-handlers.ts';
import { DocumentDownloaded, DocumentMade } from '@carethread/contracts/events/prescriptions.ts';
import { newId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { prescriptionsConfig } from '../src/config.ts';
import { makeDocument } from '../src/make-document/make-document.ts';
import { drawDocument } from '../src/make-document/page/draw-document.ts';
import { createPrescriptionsService } from '../src/service.ts';
import { documentOf, endSession, fetchDocument, fetchFrom, linkTo } from './documents.ts';
import { type NamesServer, someNames, startNames } from './names.ts';
import { rules } from './examples.ts';
import { textOf } from './read-pdf.ts';
import { fillWhole, lineInput, released, signed } from './steps.ts';
import { startWorld, type World } from './world.ts';

let names: NamesServer;
let world: World;
const administrator = person('administrator');
beforeAll(async () => {
  names = await startNames();
  world = await startWorld({ DOCUMENT_NAMES_URL: names.url });
});
afterAll(async () => {
  await world.close();
  await names.close();
});
afterEach(() => {
  names.says = someNames;
});

const press = (prescriptionId: PrescriptionId) =>
  world.mutate(administrator, 'makePrescriptionDocument', { prescriptionId }, 'outcome');
const madeOf = async (prescriptionId: PrescriptionId) =>
  (await world.emitted(DocumentMade)).filter(({ data }) => data.prescriptionId === prescriptionId);
const verify = async (code: string) =>
  (
    await world.query(
      null,
      `query ($code: String!) { verifyPrescription(code: $code) { standing version documentHash } }`,
      { code },
    )
  ).verifyPrescription;

describe('a document (R-09)', () => {
  it('is made after the release, with names read as the doctor who signed, and is the same bytes for ever', async () => {
    const of = await signed(world);
    expect(await documentOf(world, world.patient, of.prescriptionId)).toBeNull();
    await world.screen(of.prescriptionId);
    const document = await documentOf(world, world.patient, of.prescriptionId);
    expect(document).toMatchObject({ version: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(names.asked.at(-1)).toMatchObject({
      patientId: world.patient.userId,
      doctorId: world.doctor.userId,
      clinicId: world.clinicId,
      membershipId: world.doctor.membershipId,
      aud: 'carethread-gateway',
    });
    const file = await fetchDocument(world, world.patient, of.prescriptionId);
    expect(createHash('sha256').update(file).digest('hex')).toBe(document.hash);
    expect(file.length).toBe(document.byteCount);
    const text = await textOf(file);
    for (const said of [
      someNames.patient,
      someNames.prescriber,
      'NY-123456',
      'Version 1',
      document.verificationAddress,
    ])
      expect(text).toContain(said);
    expect(await madeOf(of.prescriptionId)).toMatchObject([
      {
        aggregateId: document.id,
        sequence: 1,
        data: { documentId: document.id, version: 1, ticketId: of.ticketId },
      },
    ]);
  });

  it('is one, also when two administrators press at once and two replicas make it', async () => {
    names.says = null;
    const of = await released(world);
    expect(await documentOf(world, world.patient, of.prescriptionId)).toBeNull();
    names.says = someNames;
    const replica = createPrescriptionsService(prescriptionsConfig(world.env), {
      now: () => world.clock.now,
    });
    await replica.start();
    try {
      const pressed = await Promise.all([press(of.prescriptionId), press(of.prescriptionId)]);
      expect(pressed.map(({ outcome }) => outcome).every((outcome) => outcome !== null)).toBe(true);
      await Promise.all([world.drain(), replica.drain()]);
      expect(await madeOf(of.prescriptionId)).toHaveLength(1);
      const { id } = await documentOf(world, world.patient, of.prescriptionId);
      expect((await press(of.prescriptionId)).outcome).toBe('MADE');
      await world.drain();
      expect((await documentOf(world, world.patient, of.prescriptionId)).id).toBe(id);
      const rows = await world.sql('SELECT 1 FROM document WHERE prescription_id = $1', [of.prescriptionId]);
      expect(rows).toHaveLength(1);
    } finally {
      await replica.stop();
    }
  });

  it('is one, also when two attempts at making it overlap', async () => {
    names.says = null;
    const of = await released(world);
    const making = makeDocument({
      readNames: async () => someNames,
      draw: drawDocument,
      packs: rules.packs,
      verificationAddress: (code) => `https://care.example/verify/${code}`,
      now: () => world.clock.now,
    });
    const payload = { prescriptionId: of.prescriptionId, version: 1 };
    const task: DueTask = { key: 'k', kind: 'make-document', payload, dueAt: world.clock.now, attempts: 0 };
    const { database } = world.service;
    const made = await Promise.all(
      [1, 2].map(async () =>
        making.call(
          await database.asWorker((tx) => making.prepare(task, tx)),
          task,
          AbortSignal.timeout(20_000),
        ),
      ),
    );
    await Promise.all(made.map((each) => database.asWorker((tx) => making.record(each, task, tx))));
    expect(await madeOf(of.prescriptionId)).toHaveLength(1);
    const { id } = await documentOf(world, world.patient, of.prescriptionId);
    expect((await madeOf(of.prescriptionId))[0]!.data.documentId).toBe(id);
    expect(await database.asWorker((tx) => making.prepare(task, tx))).toBeNull();
  });

  it('cannot be asked for before there is something to print, nor by who may not', async () => {
    const of = await signed(world);
    expect((await press(of.prescriptionId)).userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE' }]);
    expect((await press(newId<'Prescription'>())).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const { errors } = await world.ask(
      world.doctor,
      `mutation { makePrescriptionDocument(input: { prescriptionId: "${of.prescriptionId}" }) { outcome } }`,
    );
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('is made anew for a new version, and the old one says that it is superseded', async () => {
    const of = await released(world);
    const first = await documentOf(world, world.patient, of.prescriptionId);
    const before = (
      await world.query(world.doctor, `query ($id: ID!) { prescription(id: $id) { version } }`, {
        id: of.prescriptionId,
      })
    ).prescription;
    const input = (expectedVersion: number) => ({ prescriptionId: of.prescriptionId, expectedVersion });
    const amended = await world.mutate(
      world.doctor,
      'amendPrescription',
      input(before.version),
      'prescription { version }',
    );
    await world.resolve(of.prescriptionId);
    await world.mutate(
      world.doctor,
      'signPrescription',
      input(amended.prescription.version),
      'prescription { version }',
    );
    expect(await documentOf(world, world.patient, of.prescriptionId)).toBeNull();
    expect((await verify(first.verificationCode)).standing).toBe('SUPERSEDED');
    await world.screen(of.prescriptionId);
    const second = await documentOf(world, world.patient, of.prescriptionId);
    expect(second).toMatchObject({ version: 2 });
    expect(await verify(second.verificationCode)).toEqual({
      standing: 'VALID',
      version: 2,
      documentHash: second.hash,
    });
    expect(await verify(first.verificationCode)).toMatchObject({ standing: 'SUPERSEDED', version: 1 });
  });
});

describe('a download link', () => {
  it('fetches the file, once or more, and each time is on record and told', async () => {
    const of = await released(world);
    const { id } = await documentOf(world, world.patient, of.prescriptionId);
    const key = newId();
    const { link } = await linkTo(world, world.patient, id, key);
    expect((await linkTo(world, world.patient, id, key)).link.expiresAt).toBe(link.expiresAt);
    expect(link.url).toMatch(/^https:\/\/care\.example\/documents\/[\w.-]+$/);
    const response = await fetchFrom(world, link.url);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="prescription-${of.prescriptionId.slice(-8)}-v1.pdf"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect((await fetchFrom(world, link.url)).status).toBe(200);
    expect((await fetchFrom(world, link.url, { method: 'HEAD' })).status).toBe(405);
    await fetchDocument(world, world.doctor, of.prescriptionId);
    const seenBy = async (actor: typeof world.patient) =>
      (await documentOf(world, actor, of.prescriptionId)).downloads.edges.map(
        ({ node }: { node: { by: { id: string } } }) => node.by.id,
      );
    const { patient, doctor, pharmacist } = world;
    expect(await seenBy(patient)).toEqual([doctor.userId, patient.userId, patient.userId]);
    expect(await seenBy(doctor)).toEqual([doctor.userId]);
    expect(await seenBy(pharmacist)).toEqual([]);
    const told = (await world.emitted(DocumentDownloaded)).filter(({ aggregateId }) => aggregateId === id);
    expect(told.map(({ sequence, data }) => [sequence, data.by])).toEqual([
      [2, patient.userId],
      [3, patient.userId],
      [4, doctor.userId],
    ]);
  });

  it('leaves on the patient’s record who fetched the file, and who tried', async () => {
    const of = await released(world);
    const { id } = await documentOf(world, world.patient, of.prescriptionId);
    const { doctor, pharmacist, patient } = world;
    const { link } = await linkTo(world, pharmacist, id);
    await fetchDocument(world, doctor, of.prescriptionId);
    await fetchFrom(world, link.url, { headers: { 'x-request-id': 'fetched' } });
    await world.sql('UPDATE ticket SET pharmacy_id = $1 WHERE id = $2', [newId(), of.ticketId]);
    await fetchFrom(world, link.url, { headers: { 'x-request-id': 'tried' } });
    await world.drain();
    const noted = await world.sql(
      `SELECT user_id, role, action, kind, patient_id, purpose, outcome, request_id FROM audit.access
       WHERE door = 'download' AND $1 = ANY (entity_ids) ORDER BY number`,
      [id],
    );
    const download = { action: 'R', kind: 'PrescriptionDocument', patient_id: patient.userId, outcome: 0 };
    expect(noted).toEqual([
      {
        ...download,
        user_id: doctor.userId,
        role: 'doctor',
        purpose: 'TREAT',
        request_id: expect.any(String),
      },
      {
        ...download,
        user_id: pharmacist.userId,
        role: 'pharmacist',
        purpose: 'TREAT',
        request_id: 'fetched',
      },
      {
        ...download,
        user_id: pharmacist.userId,
        role: 'pharmacist',
        purpose: 'TREAT',
        request_id: 'tried',
        patient_id: null,
        outcome: 4,
      },
    ]);
  });

  it('is not sent where that cannot be put on record', async () => {
    const of = await released(world);
    const { id } = await documentOf(world, world.patient, of.prescriptionId);
    const { link } = await linkTo(world, world.patient, id);
    await world.drain();
    await world.sql(`ALTER TABLE audit.access ADD CONSTRAINT full_disk CHECK (door <> 'download') NOT VALID`);
    // What was on its way when the record stopped is owed; nothing more leaves until it is paid.
    await fetchFrom(world, link.url);
    await world.drain();
    expect((await fetchFrom(world, link.url)).status).toBe(503);
    await world.sql('ALTER TABLE audit.access DROP CONSTRAINT full_disk');
    await world.drain();
    expect((await fetchFrom(world, link.url)).status).toBe(200);
  });

  it('is not given for what somebody may not see', async () => {
    const of = await released(world);
    const { id } = await documentOf(world, world.patient, of.prescriptionId);
    const strangers = [
      await world.join('patient'),
      await world.join('doctor'),
      await world.join('pharmacist', newId()),
    ];
    for (const stranger of strangers) {
      expect((await linkTo(world, stranger, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect(await documentOf(world, stranger, of.prescriptionId)).toBeNull();
    }
  });

  it('dies when its time is over, the session or membership ends, the access is lost, or a character is changed', async () => {
    const of = await released(world);
    const { id } = await documentOf(world, world.patient, of.prescriptionId);
    const url = async (actor: typeof world.patient) => (await linkTo(world, actor, id)).link.url as string;
    const status = async (address: string) => (await fetchFrom(world, address)).status;

    const late = await url(world.patient);
    world.clock.now = new Date(world.clock.now.getTime() + 121_000);
    expect(await status(late)).toBe(404);

    const changed = await url(world.patient);
    expect(await status(`${changed.slice(0, -8)}AAAAAAAA`)).toBe(404);
    expect(await status('https://care.example/documents/nothing')).toBe(404);

    const session = { ...world.patient, sessionId: newId<'Session'>() };
    const inSession = await url(session);
    await endSession(world, session);
    expect(await status(inSession)).toBe(404);
    expect(await status(changed)).toBe(200);

    const atPharmacy = await world.join('pharmacist');
    const byPharmacy = await url(atPharmacy);
    expect(await status(byPharmacy)).toBe(200);
    await world.endMembership(atPharmacy);
    expect(await status(byPharmacy)).toBe(404);

    const withAccess = await url(world.pharmacist);
    await world.sql('UPDATE ticket SET pharmacy_id = $1 WHERE id = $2', [newId(), of.ticketId]);
    expect(await status(withAccess)).toBe(404);
    const rows = await world.sql('SELECT 1 FROM document_download WHERE document_id = $1', [id]);
    expect(rows).toHaveLength(2);
  });
});

describe('the verification of a document', () => {
  it('says valid, then cancelled, dispensed or expired, and the same for every code that is none', async () => {
    const [cancelled, dispensed, expired] = [
      await released(world),
      await released(world),
      await released(world),
    ];
    const codes = await Promise.all(
      [cancelled, dispensed, expired].map(
        async ({ prescriptionId }) =>
          (await documentOf(world, world.patient, prescriptionId)).verificationCode as string,
      ),
    );
    const all = async () => (await Promise.all(codes.map(verify))).map(({ standing }) => standing);
    expect(await all()).toEqual(['VALID', 'VALID', 'VALID']);
    const { version } = (
      await world.query(world.doctor, `query ($id: ID!) { prescription(id: $id) { version } }`, {
        id: cancelled.prescriptionId,
      })
    ).prescription;
    await world.mutate(
      world.doctor,
      'cancelPrescription',
      { prescriptionId: cancelled.prescriptionId, expectedVersion: version, reason: 'PATIENT_WISH' },
      'outcome',
    );
    await fillWhole(world, dispensed.ticketId, await world.claim(dispensed.ticketId));
    expect(await all()).toEqual(['CANCELLED', 'DISPENSED', 'VALID']);
    const before = world.clock.now;
    world.clock.now = new Date(before.getTime() + 190 * 86_400_000);
    expect(await all()).toEqual(['CANCELLED', 'DISPENSED', 'EXPIRED']);
    world.clock.now = before;

    const spelt = codes[0]!.toLowerCase().replace(/.{5}/g, '$&-').replaceAll('0', 'o').replaceAll('1', 'l');
    expect((await verify(spelt)).standing).toBe('CANCELLED');
    const none = { standing: 'UNKNOWN', version: null, documentHash: null };
    for (const code of ['0'.repeat(30), '', 'x', '%', `${codes[0]}0`, 'U'.repeat(30)])
      expect(await verify(code)).toEqual(none);
  });

  it('is a page for whoever scans the code, with nothing personal and nothing of the address in it', async () => {
    const of = await released(world, [lineInput({ text: 'Secretamycin' })]);
    const { verificationAddress } = await documentOf(world, world.patient, of.prescriptionId);
    const page = await fetchFrom(world, verificationAddress);
    const html = await page.text();
    expect(html).toContain('<h1>Valid</h1>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const personal of [
      someNames.patient,
      someNames.prescriber,
      'Secretamycin',
      of.prescriptionId,
      world.patient.userId,
    ])
      expect(html).not.toContain(personal);
    const [unknown, malformed] = await Promise.all(
      ['0'.repeat(30), '<script>'].map(async (code) =>
        (await fetchFrom(world, `https://care.example/verify/${encodeURIComponent(code)}`)).text(),
      ),
    );
    expect(unknown).toContain('<h1>Not known</h1>');
    expect(malformed).toBe(unknown);
  });
});
