import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Client } from '../../src/client.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();

const read = `query ($id: ID!) { prescription(id: $id) { version contentHash document { id version hash byteCount
  verificationCode verificationAddress downloads(first: 10) { edges { node { by { displayName } linkId } } } } } }`;
const noted = `query ($id: ID!) { ticket(id: $id) { timeline(first: 100) { edges { node { noted } } } } }`;

describe('the document of a prescription (R-09)', () => {
  it('is made after the release, downloaded by a link through the gateway, and verified until it is cancelled', async () => {
    const { doctor, patient } = own.stage;
    const gateway = new URL(own.platform.url).origin;
    const { prescriptionId, ticketId } = await releasedTicket(own.stage);
    const see = async (client: Client) => (await client.do(read, { id: prescriptionId }))['prescription'];
    const link = async (client: Client, documentId: string) => {
      const input = { documentId, idempotencyKey: crypto.randomUUID() };
      return (await client.tryChange('createDocumentLink', input, 'link { url }'))['link']?.url as
        string | undefined;
    };
    const standing = async (verificationCode: string) => {
      const nobody = new Client(own.platform.url);
      const query = 'query ($code: String!) { verifyPrescription(code: $code) { standing documentHash } }';
      return (await nobody.do(query, { code: verificationCode }))['verifyPrescription'];
    };

    await eventually(async () => (await see(patient)).document !== null, 'the document is made', 60_000);
    const { document } = await see(patient);
    const url = await link(patient, document.id);
    // As anybody would who was given the address: without a token, through the gateway.
    const response = await fetch(url!);
    const file = Buffer.from(await response.arrayBuffer());
    expect([
      response.status,
      response.headers.get('content-type'),
      response.headers.get('cache-control'),
    ]).toEqual([200, 'application/pdf', 'no-store']);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="prescription-/);
    expect(createHash('sha256').update(file).digest('hex')).toBe(document.hash);
    expect((await see(patient)).document.downloads.edges).toHaveLength(1);

    const stranger = await Client.signIn(own.platform.url, 'patient2@demo.example');
    expect(await link(stranger, document.id)).toBeUndefined();
    expect((await fetch(`${url!.slice(0, -6)}AAAAAA`)).status).toBe(404);

    const elsewhere = await Client.signIn(own.platform.url, 'patient@demo.example');
    const dying = await link(elsewhere, document.id);
    expect((await fetch(dying!)).status).toBe(200);
    await elsewhere.do('mutation { signOut { session { id } userErrors { code } } }');
    await eventually(async () => (await fetch(dying!)).status === 404, 'the link ends with its session');
    expect((await fetch(url!)).status).toBe(200);

    expect(await standing(document.verificationCode)).toEqual({
      standing: 'VALID',
      documentHash: document.hash,
    });
    expect(new URL(document.verificationAddress).pathname).toBe(`/verify/${document.verificationCode}`);
    const page = async () => (await fetch(`${gateway}/verify/${document.verificationCode}`)).text();
    expect(await page()).toContain('<h1>Valid</h1>');
    const now = await see(doctor);
    await doctor.change(
      'cancelPrescription',
      { prescriptionId, expectedVersion: now.version, reason: 'PATIENT_WISH' },
      'outcome',
    );
    expect(await standing(document.verificationCode)).toMatchObject({ standing: 'CANCELLED' });
    expect(await page()).toContain('<h1>Cancelled</h1>');
    expect(await standing('0'.repeat(30))).toEqual({ standing: 'UNKNOWN', documentHash: null });

    const onTimeline = async () =>
      (await patient.do(noted, { id: ticketId }))['ticket'].timeline.edges
        .map(({ node }: { node: { noted: string | null } }) => node.noted)
        .filter((type: string | null) => type?.startsWith('prescriptions.document.'));
    const downloads = (await see(patient)).document.downloads.edges.length;
    const told = async () => (await onTimeline()).length === 1 + downloads;
    await eventually(told, 'making and downloads are on the timeline', 60_000);
    expect((await onTimeline())[0]).toBe('prescriptions.document.made.v1');

    const forged = await fetch(`${gateway}/internal/document-names`, {
      method: 'POST',
      headers: { authorization: 'Bearer a.b.c' },
    });
    expect(forged.status).toBe(401);
    await Promise.all([stranger.close(), elsewhere.close()]);
  }, 600_000);
});
