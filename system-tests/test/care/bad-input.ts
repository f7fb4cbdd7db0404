import { describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { generateKeyPairSync } from 'node:crypto';
import { Client } from '../../src/client.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { ticketState } from '../looks.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();

describe('bad input is named and writes nothing', () => {
  it('wrong and foreign ids', async () => {
    const open = (patientId: string, pharmacyId: string) =>
      own.stage.doctor.tryChange(
        'openTicket',
        { idempotencyKey: crypto.randomUUID(), kind: 'PRESCRIPTION', patientId, pharmacyId },
        'ticket { id }',
      );
    const malformed = await open('42', own.stage.pharmacyId);
    expect(malformed['userErrors'][0]).toMatchObject({ code: 'INVALID', path: ['input', 'patientId'] });
    const unknown = await open(crypto.randomUUID(), own.stage.pharmacyId);
    expect(unknown['userErrors'][0]).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'patientId'] });
    const noPharmacy = await open(own.stage.patientId, crypto.randomUUID());
    expect(noPharmacy['userErrors'][0]).toMatchObject({ path: ['input', 'pharmacyId'] });
    const { me } = await own.stage.otherPatient.do('{ me { id } }');
    const foreign = await open(me.id, own.stage.pharmacyId);
    expect(foreign['userErrors'][0]).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'patientId'] });
  });

  it('stale versions and illegal moves leave the ticket as it was', async () => {
    const { ticketId } = await releasedTicket(own.stage);
    const before = await ticketState(own.stage.doctor, ticketId);
    const stale = await own.stage.doctor.tryChange(
      'changePharmacy',
      { ticketId, expectedVersion: before.version - 1, pharmacyId: own.stage.otherPharmacyId },
      'ticket { id }',
    );
    expect(stale['userErrors'][0]).toMatchObject({ code: 'CONFLICT', currentVersion: before.version });
    const illegal = await own.stage.doctor.tryChange(
      'sendTicket',
      { ticketId, expectedVersion: before.version },
      'ticket { id }',
    );
    expect(illegal['userErrors'][0]).toMatchObject({
      code: 'ILLEGAL_MOVE',
      currentStatus: expect.stringMatching(/sent/i),
    });
    expect(await ticketState(own.stage.doctor, ticketId)).toEqual(before);
  });

  it('over-long text', async () => {
    const { ticketId } = await releasedTicket(own.stage);
    const { threadOfTicket } = await own.stage.doctor.do(
      'query T($id: ID!) { threadOfTicket(ticketId: $id) { id lastNumber } }',
      { id: ticketId },
    );
    const long = await own.stage.doctor.tryChange(
      'sendMessage',
      { ticketId, clientId: crypto.randomUUID(), body: 'x'.repeat(10_001) },
      'message { id }',
    );
    expect(long['userErrors'][0]).toMatchObject({ code: 'INVALID', path: ['input', 'body'] });
    const after = await own.stage.doctor.do('query T($id: ID!) { thread(id: $id) { lastNumber } }', {
      id: threadOfTicket.id,
    });
    expect(after['thread'].lastNumber).toBe(threadOfTicket.lastNumber);
  });
});

describe('tokens', () => {
  const claimsOf = (token: string) => jwt.decode(token) as jwt.JwtPayload;
  const ask = async (token: string) => {
    const client = new Client(own.platform.url);
    client.accessToken = token;
    return client.ask('{ me { id } }');
  };

  it('of another key, another algorithm or none are refused', async () => {
    const genuine = own.stage.patient.accessToken!;
    const { kid } = jwt.decode(genuine, { complete: true })!.header;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = await fetch(`${own.platform.processes.identity.url}/.well-known/jwks.json`);
    const published = JSON.stringify(await keys.json());
    const forged = [
      jwt.sign(claimsOf(genuine), privateKey, { algorithm: 'ES256', keyid: kid! }),
      jwt.sign(claimsOf(genuine), published, { algorithm: 'HS256', keyid: kid! }),
      jwt.sign(claimsOf(genuine), null as never, { algorithm: 'none' }),
      `${genuine.split('.').slice(0, 2).join('.')}.`,
      'nonsense',
    ];
    for (const token of forged) {
      const { data, errors } = await ask(token);
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
    expect((await ask(genuine)).data?.['me'].id).toBe(own.stage.patientId);
  });
});
