import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { ReleasePublished } from '@carethread/contracts/events/catalog.ts';
import { PrescriptionBlocked } from '@carethread/contracts/events/prescriptions.ts';
import { newId, type ReleaseId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { fillWhole, finding, released, type Written } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let doctor: Actor;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

let published = 0;
/** Heard of, and its questions asked; nobody has answered any. */
async function publish(releaseId = newId<'Release'>(), sequence = 1): Promise<ReleaseId> {
  published += 1;
  await world.publish(ReleasePublished, {
    aggregateId: releaseId,
    sequence,
    data: { releaseId, number: published },
  });
  await world.drain();
  return releaseId;
}
/** Released under the release in force, with parties of its own. */
async function atWork(): Promise<Written> {
  doctor = await world.join('doctor');
  return released(world, undefined, { doctor, patient: await world.join('patient') });
}
const alerts = async (who = doctor, includeSettled = false) => {
  const { myReleaseAlerts } = await world.query(
    who,
    `query A($includeSettled: Boolean!) { myReleaseAlerts(first: 10, includeSettled: $includeSettled) { edges { node {
       releaseId isOpen findings { key severity override { text } } notChecked { key reason } prescription { id } } } } }`,
    { includeSettled },
  );
  return myReleaseAlerts.edges.map(({ node }: any) => node);
};
const checks = async () =>
  (
    await world.query(
      person('administrator'),
      '{ releaseChecks(first: 1) { edges { node { releaseId number asked allAsked checked contraindicated major moderate notChecked } } } }',
    )
  ).releaseChecks.edges[0].node;
const safetyOf = async ({ prescriptionId }: Written) =>
  (
    await world.query(doctor, 'query ($id: ID!) { prescription(id: $id) { safety version } }', {
      id: prescriptionId,
    })
  ).prescription;
const blocked = async ({ prescriptionId }: Written) =>
  (await world.emitted(PrescriptionBlocked)).filter(({ aggregateId }) => aggregateId === prescriptionId);
async function answer(done: Written, findingKey: string) {
  const { version: expectedVersion } = await safetyOf(done);
  const input = { prescriptionId: done.prescriptionId, findingKey, expectedVersion };
  await world.mutate(
    doctor,
    'overrideFinding',
    { ...input, reason: 'WILL_BE_MONITORED', text: 'Seen again in a week.' },
    'prescription { id }',
  );
}

describe('a new release', () => {
  it('holds hand-over back from the moment it is heard of, until its own check is back', async () => {
    await publish();
    const done = await atWork();
    const claimToken = await world.claim(done.ticketId);
    expect((await safetyOf(done)).safety).toBe('CLEAR');
    await publish();
    expect((await safetyOf(done)).safety).toBe('PENDING');
    expect((await fillWhole(world, done.ticketId, claimToken)).userErrors).toMatchObject([
      { code: 'BLOCKED' },
    ]);
    await world.screen(done.prescriptionId);
    expect((await safetyOf(done)).safety).toBe('CLEAR');
    expect((await fillWhole(world, done.ticketId, claimToken)).userErrors).toEqual([]);
  });

  it('does not take the verdict of the one before for its own', async () => {
    const before = await publish();
    const done = await atWork();
    const claimToken = await world.claim(done.ticketId);
    await publish();
    // Reached with the old rules, on its way while the new ones were published.
    await world.screen(done.prescriptionId, { releaseId: before });
    expect((await safetyOf(done)).safety).toBe('PENDING');
    expect((await fillWhole(world, done.ticketId, claimToken)).userErrors).toMatchObject([
      { code: 'BLOCKED' },
    ]);
  });

  it('lists what it finds that the one before did not, until the doctor has answered', async () => {
    const first = await publish();
    const done = await atWork();
    await world.screen(done.prescriptionId, { releaseId: first });
    expect(await alerts()).toEqual([]);
    const second = await publish();
    const claimsBefore = (await blocked(done)).length;
    await world.screen(done.prescriptionId, {
      status: 'incomplete',
      findings: [finding('ddi-new'), finding('mild', { severity: 'info' })],
      notChecked: [{ check: 'dose', lineId: null, reason: 'missing_weight' }],
    });
    expect(await alerts()).toEqual([
      {
        releaseId: second,
        isOpen: true,
        findings: [{ key: 'ddi-new', severity: 'MAJOR', override: null }],
        notChecked: [{ key: 'notChecked:dose:patient:missing_weight', reason: 'missing_weight' }],
        prescription: { id: done.prescriptionId },
      },
    ]);
    expect((await blocked(done)).slice(claimsBefore)).toMatchObject([
      { data: { open: 2, cause: 'catalog_release' } },
    ]);
    expect(await checks()).toMatchObject({ releaseId: second, allAsked: true, major: 1, moderate: 0 });
    await answer(done, 'ddi-new');
    expect(await alerts()).toMatchObject([{ isOpen: true }]);
    await answer(done, 'notChecked:dose:patient:missing_weight');
    expect(await alerts()).toEqual([]);
    expect(await alerts(doctor, true)).toMatchObject([
      { isOpen: false, findings: [{ override: { text: 'Seen again in a week.' } }] },
    ]);
  });

  it('is no alert where it says the same, and none for anybody else', async () => {
    await publish();
    const done = await atWork();
    const says = { status: 'findings' as const, findings: [finding('known')] };
    await world.screen(done.prescriptionId, says);
    const second = await publish();
    await world.screen(done.prescriptionId, says);
    expect(await alerts()).toEqual([]);
    await publish();
    await world.screen(done.prescriptionId, { ...says, findings: [finding('known'), finding('new')] });
    expect(await alerts()).toHaveLength(1);
    expect(await alerts(world.doctor)).toEqual([]);
    // A roll-back finds less: nothing new, and the alert has nothing left to answer for once it is judged clear.
    await publish(second, 2);
    await world.screen(done.prescriptionId);
    expect(await alerts()).toEqual([]);
    expect(await checks()).toMatchObject({ releaseId: second, contraindicated: 0, major: 0 });
  });

  it('alerts also where a claim came before its own question', async () => {
    await publish();
    const done = await atWork();
    const second = newId<'Release'>();
    await world.claim(done.ticketId);
    // The claim's check was judged by the new release before we heard of it.
    await world.move(done.ticketId, 'sent', { fence: 1, reason: 'returned' });
    await world.move(done.ticketId, 'received', { fence: 2, held: true, reason: 'claimed' });
    await world.screen(done.prescriptionId, {
      status: 'findings',
      releaseId: second,
      findings: [finding('ddi-new', { severity: 'contraindicated' })],
    });
    expect(await alerts()).toMatchObject([{ releaseId: second, isOpen: true }]);
    expect((await safetyOf(done)).safety).toBe('PENDING');
    await publish(second);
    expect((await safetyOf(done)).safety).toBe('OPEN');
  });

  it('closes an alert with the prescription', async () => {
    await publish();
    const done = await atWork();
    await publish();
    await world.screen(done.prescriptionId, { status: 'findings', findings: [finding('ddi-new')] });
    expect(await alerts()).toHaveLength(1);
    await world.mutate(
      doctor,
      'cancelPrescription',
      { prescriptionId: done.prescriptionId, reason: 'INTERACTION' },
      'outcome',
    );
    expect(await alerts()).toEqual([]);
    expect(await alerts(doctor, true)).toMatchObject([{ isOpen: false }]);
  });

  it('shows nobody but administrators of the catalog its counts, and them no alert', async () => {
    const counts = '{ releaseChecks { edges { node { major } } } }';
    for (const who of [doctor, world.pharmacist, world.patient])
      expect((await world.ask(who, counts)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const { errors } = await world.ask(
      person('administrator'),
      '{ myReleaseAlerts { edges { node { id } } } }',
    );
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect(await world.sqlAsApp('SELECT * FROM release_alert')).toEqual([]);
  });
});

describe('asking everything again', () => {
  it('waits while the catalog has many questions to answer, goes on where it stood, and ends when it is overtaken', async () => {
    const done = await atWork();
    await world.sql(`UPDATE prescription SET status = 'cancelled' WHERE id <> $1`, [done.prescriptionId]);
    await world.sql(
      `INSERT INTO prescription SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
           'ticket_id', gen_random_uuid()))).* FROM prescription p, generate_series(1, 320) WHERE id = $1`,
      [done.prescriptionId],
    );
    const unanswered = async () =>
      (
        await world.sql<{ n: number }>(
          `SELECT count(*)::int AS n FROM screening WHERE verdict IS NULL AND cause = 'catalog_release'`,
        )
      )[0]!.n;
    await world.sql(
      `UPDATE screening SET verdict = '{}', status = 'clear', judged_at = now() WHERE cause = 'catalog_release' AND verdict IS NULL`,
    );
    await publish();
    expect(await unanswered()).toBe(200);
    expect(await checks()).toMatchObject({ asked: 200, allAsked: false });
    await world.sql(
      `UPDATE screening SET verdict = '{}', status = 'clear', judged_at = now() WHERE cause = 'catalog_release' AND verdict IS NULL`,
    );
    world.clock.now = new Date(world.clock.now.getTime() + 2_000);
    await world.drain();
    expect(await checks()).toMatchObject({ asked: 321, allAsked: true });
    expect(await world.sql(`SELECT 1 FROM bus.task WHERE kind = 'rescreen-release'`)).toEqual([]);

    const waiting = async () =>
      (await world.sql<{ key: string }>(`SELECT key FROM bus.task WHERE kind = 'rescreen-release'`)).map(
        ({ key }) => key,
      );
    const overtaken = await publish();
    expect(await waiting()).toEqual([`rescreen-release:${overtaken}:1`]);
    const newest = await publish();
    world.clock.now = new Date(world.clock.now.getTime() + 2_000);
    await world.drain();
    expect(await waiting()).toEqual([`rescreen-release:${newest}:1`]);
  });
});
