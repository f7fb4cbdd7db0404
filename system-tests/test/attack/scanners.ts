import { describe, expect, it } from '@jest/globals';
import { auditServer } from 'graphql-http';
import { as, codeOf, send } from './send.ts';
import type { OwnPlatform } from '../running-platform.ts';

const noPlainGet = 'A GET that any page could send (no preflight) is refused: cross-site request forgery.';
const not200 = 'What was never run is answered with 400, also to those who accept application/json only.';

/** What scanners and audits ask of a GraphQL endpoint. */
export function scanners(own: OwnPlatform): void {
  /** The twelve questions of graphql-cop, asked in our own words. */
  describe('what scanners look for', () => {
    const aliases = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ');
    const get = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${own.platform.url}?query=${encodeURIComponent(query)}`, { headers });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const limited = async (query: string) => codeOf(await send(own.platform.url, { query }));

    it.each<[string, () => Promise<unknown>, unknown]>([
      ['aliases', () => limited(`{ ${aliases(101)} }`), 'LIMIT_EXCEEDED'],
      [
        'arrays of operations',
        async () =>
          (
            await send(
              own.platform.url,
              Array.from({ length: 10 }, () => ({ query: '{ __typename }' })),
            )
          ).status,
        400,
      ],
      ['directives', () => limited(`{ __typename ${'@skip(if: false) '.repeat(10)} }`), 'LIMIT_EXCEEDED'],
      ['a repeated field', () => limited(`{ ${'__typename '.repeat(500)} }`), 'LIMIT_EXCEEDED'],
      [
        'introspection in circles',
        () => limited(`{ __schema { types ${'{ fields { type '.repeat(4)} { name } ${'} }'.repeat(4)} } }`),
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'names it may guess',
        async () =>
          (await (await send(own.platform.url, { query: '{ mee { idd } }' })).text()).includes(
            'Did you mean',
          ),
        false,
      ],
      [
        'a console',
        async () => (await (await get('{ __typename }', { accept: 'text/html' })).text()).includes('<html'),
        false,
      ],
      ['a mutation by GET', async () => (await get('mutation { signOut { __typename } }')).status, 400],
      ['a query by GET', async () => (await get('{ __typename }')).status, 400],
      ['a form', async () => (await send(own.platform.url, 'query={__typename}', form)).status, 400],
      [
        'traces',
        async () =>
          (await (await send(own.platform.url, { query: '{ __typename }' })).text()).includes('tracing'),
        false,
      ],
      [
        'what went wrong inside',
        async () =>
          (await (await send(own.platform.url, { query: '{ me {' })).text()).match(
            /stack|node_modules|\.ts:/,
          ),
        null,
      ],
      [
        'deep circles',
        () =>
          limited(`{ me { memberships ${'{ user { memberships '.repeat(6)} { id } ${'} }'.repeat(6)} } }`),
        'LIMIT_EXCEEDED',
      ],
      [
        'a flood of operations in one document',
        () => limited(Array.from({ length: 300 }, (_, n) => `query Q${n} { __typename }`).join(' ')),
        'LIMIT_EXCEEDED',
      ],
      [
        'a list without end, by a variable',
        async () =>
          codeOf(
            await send(
              own.platform.url,
              {
                query: 'query($n: Int!) { myTickets(first: $n) { edges { node { id } } } }',
                variables: { n: 1e6 },
              },
              as(own.stage.patient),
            ),
          ),
        'LIMIT_EXCEEDED',
      ],
    ])('%s', async (_, look, expected) => {
      expect(await look()).toEqual(expected);
    });
  });

  describe('GraphQL over HTTP', () => {
    /** Audits we answer otherwise, and why; the README has the same table. */
    const otherwise: Record<string, string> = {
      '5A70': noPlainGet,
      D6D5: noPlainGet,
      '6A70': noPlainGet,
      '572B': not200,
      FDE2: not200,
      '7B9B': not200,
    };

    it('is spoken as the audit has it, with these exceptions', async () => {
      const results = await auditServer({ url: own.platform.url });
      const failed = results.filter(({ status }) => status !== 'ok');
      expect(failed.map(({ id }) => id).toSorted()).toEqual(Object.keys(otherwise).toSorted());
      expect(results.length).toBeGreaterThan(50);
    });
  });
}
