import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../../src/client.ts';
import { as, codeOf, send } from './send.ts';
import type { OwnPlatform } from '../running-platform.ts';

/** A gateway with other settings; the platform keeps them, so this comes last. */
export function ownClients(own: OwnPlatform): void {
  describe('a gateway for its own clients only', () => {
    const document = 'query Mine {\n  me {\n    id\n  }\n}';
    const signIn = `mutation In($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password }) { session { accessToken } userErrors { code } } }`;
    let registry: Record<string, string>;
    // Nobody has tried this account's password yet.
    const email = `${crypto.randomUUID()}@test.example`;
    const password = 'a long enough password';
    beforeAll(async () => {
      const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
      const person = { idempotencyKey: crypto.randomUUID(), email, password, displayName: 'Somebody' };
      await admin.change('registerUser', person, 'user { id }');
      await admin.close();
      const { dataDir, processes } = own.platform;
      const folder = join(dataDir, 'documents');
      await mkdir(folder);
      await writeFile(join(folder, 'mine.graphql'), document);
      await writeFile(join(folder, 'sign-in.graphql'), signIn);
      const out = join(dataDir, 'registry.json');
      const cli = join(import.meta.dirname, '../../../gateway/src/trusted-documents/build-registry-cli.ts');
      const supergraph = join(dataDir, 'supergraph/supergraph.graphql');
      execFileSync(process.execPath, [cli, '--documents', folder, '--supergraph', supergraph, '--out', out]);
      registry = JSON.parse(readFileSync(out, 'utf8')) as Record<string, string>;
      await processes.gateway.restart({
        NODE_ENV: 'staging',
        TRUSTED_DOCUMENTS: 'enforce',
        TRUSTED_DOCUMENTS_FILES: out,
        RATE_TRIES_ACCOUNT: '4',
      });
      await processes.gateway.untilReady();
    });
    const idOf = (name: string) =>
      `sha256:${Object.entries(registry).find(([, text]) => text.includes(name))![0]}`;

    it('runs registered documents and nothing else (G-05)', async () => {
      const answer = await send(own.platform.url, { documentId: idOf('Mine') }, as(own.stage.patient));
      expect(await answer.json()).toEqual({ data: { me: { id: own.stage.patientId } } });
      expect(
        await codeOf(await send(own.platform.url, { query: '{ me { id } }' }, as(own.stage.patient))),
      ).toBe('DOCUMENT_NOT_TRUSTED');
      expect(await codeOf(await send(own.platform.url, { query: '{ __schema { types { name } } }' }))).toBe(
        'DOCUMENT_NOT_TRUSTED',
      );
    });

    it('takes four wrong passwords for an account, wherever they come from (S-13)', async () => {
      const attempt = (tried: string) =>
        send(own.platform.url, {
          documentId: idOf('signIn'),
          variables: { email, password: tried },
        });
      for (let n = 0; n < 4; n += 1) expect((await attempt(`wrong ${n}`)).status).toBe(200);
      const refused = await attempt(password);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
      expect(await codeOf(refused)).toBe('RATE_LIMITED');
      // Also after a restart: what was tried is remembered elsewhere.
      await own.platform.processes.gateway.restart({ RATE_TRIES_ACCOUNT: '4' });
      await own.platform.processes.gateway.untilReady();
      const again = await send(own.platform.url, {
        query: signIn,
        variables: { email, password },
      });
      expect(again.status).toBe(429);
    });
  });
}
