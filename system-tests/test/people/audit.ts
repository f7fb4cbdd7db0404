import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Client, type Data } from '../../src/client.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
let officer: Client;
beforeAll(async () => void (officer = await Client.signIn(own.platform.url, 'admin@demo.example')));
afterAll(() => officer?.close());

const accesses = `{ myRecordAccesses(first: 100) { edges { node {
  id kind deed purpose byWhom times sentence reader { id displayName } organisation { name } question { id } } } } }`;
const lines = async (): Promise<Data[]> =>
  (await own.stage.patient.do(accesses))['myRecordAccesses'].edges.map(({ node }: Data) => node as Data);

/** What `npm run verify-audit` says about the platform under test. */
function verify(): Promise<{ said: string; code: number | null }> {
  const root = join(import.meta.dirname, '../../..');
  const child = spawn(process.execPath, [join(root, 'scripts/verify-audit.ts')], {
    env: { ...process.env, DATA_DIR: own.platform.dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ said, code })));
}

describe('whoever opens a record is on record', () => {
  it('and the patient sees it in plain words, questions it and is answered (U-07, U-08)', async () => {
    const { doctor, patient } = own.stage;
    const { prescriptionId } = await releasedTicket(own.stage);
    const read = await doctor.do('query ($id: ID!) { prescription(id: $id) { id patientProfile { sex } } }', {
      id: prescriptionId,
    });
    expect(read['prescription'].id).toBe(prescriptionId);

    const found = (kind: string) => async () =>
      (await lines()).find((line) => line['kind'] === kind && line['deed'] === 'READ');
    await eventually(async () => Boolean(await found('PatientProfile')()), 'the patient sees it', 30_000);
    const line = (await found('Prescription')())!;
    const name = line['reader'].displayName as string;
    expect(line).toMatchObject({ purpose: 'TREATMENT', byWhom: 'PERSON', question: null });
    expect(line['sentence']).toContain(`${name} (${line['organisation'].name}) read your prescription`);
    expect(line['sentence']).toMatch(/, for your treatment, on \d+ \w+ \d{4} /);

    const asked = await patient.change(
      'questionAccess',
      { idempotencyKey: crypto.randomUUID(), accessId: line['id'], text: 'What was this for?' },
      'access { sentence } ticket { id } thread { id }',
    );
    expect(asked['access'].sentence).toBe(line['sentence']);
    const asOfficer = () =>
      officer.do(
        `query ($ticket: ID!, $thread: ID!) { ticket(id: $ticket) { number kind status }
           thread(id: $thread) { questionedAccess { sentence } messages(last: 9) { edges { node { body } } } } }`,
        { ticket: asked['ticket'].id, thread: asked['thread'].id },
      );
    await eventually(
      async () => (await asOfficer())['ticket'] !== null,
      'the officer has the ticket',
      30_000,
    );
    expect(await asOfficer()).toMatchObject({
      ticket: { kind: 'CONSULTATION', status: 'SENT' },
      thread: {
        questionedAccess: { sentence: line['sentence'] },
        messages: { edges: [{ node: { body: 'What was this for?' } }] },
      },
    });
    await officer.do(
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`,
      {
        input: {
          threadId: asked['thread'].id,
          clientId: crypto.randomUUID(),
          body: 'For your prescription.',
        },
      },
    );
    const answers = await patient.do(
      'query ($id: ID!) { thread(id: $id) { messages(last: 9) { edges { node { body } } } } }',
      { id: asked['thread'].id },
    );
    expect(answers['thread'].messages.edges.at(-1).node.body).toBe('For your prescription.');
  }, 600_000);

  it('in a chain that shows when a row was changed by hand (ahead of everyone, 10)', async () => {
    const whole = await verify();
    expect(whole.said.match(/: whole \(/g)).toHaveLength(6);
    expect(whole.code).toBe(0);

    const url = new URL(own.platform.postgres.adminUrl);
    url.pathname = '/prescriptions';
    const superuser = new pg.Client({ connectionString: url.href });
    await superuser.connect();
    const { rows } = await superuser.query(
      `UPDATE audit.access SET user_id = gen_random_uuid()
       WHERE number = (SELECT number FROM audit.link WHERE position = 3) RETURNING number`,
    );
    await superuser.end();
    const changed = await verify();
    expect(changed.said).toContain(`prescriptions: row ${rows[0].number}, at position 3, was changed`);
    expect(changed.said.match(/: whole \(/g)).toHaveLength(5);
    expect(changed.code).toBe(1);
  }, 600_000);
});
