import { serviceNames } from '@carethread/contracts/define-event.ts';
import { callerOf } from '@carethread/gateway/sign-in/caller.ts';
import { describe, expect, it } from '@jest/globals';
import { idAttack } from '../../src/attack/guess-ids.ts';
import { actorOf, internalTokens, subgraphOf } from '../../src/inner-door.ts';
import { as, codeOf, send } from './send.ts';
import type { OwnPlatform } from '../running-platform.ts';

/** What stands behind the gateway, reached past it. */
export function innerDoors(own: OwnPlatform): void {
  describe('the doors behind the gateway', () => {
    const subgraph = (name: (typeof serviceNames)[number]) => subgraphOf(own.platform, name);
    const tokens = () => internalTokens(own.platform);

    it('are shut for clients’ tokens, for other services’ tokens, and for headers', async () => {
      const forTickets = tokens().tokenFor(callerOf(actorOf(own.stage.patient)), 'tickets');
      for (const name of serviceNames) {
        const ask = async (headers: Record<string, string>) =>
          (await send(subgraph(name), { query: '{ __typename }' }, headers)).status;
        expect([name, await ask({})]).toEqual([name, 401]);
        expect([name, await ask(as(own.stage.patient))]).toEqual([name, 401]);
        expect([name, await ask({ 'x-user-id': own.stage.patientId, 'x-role': 'administrator' })]).toEqual([
          name,
          401,
        ]);
        expect([name, await ask({ authorization: `Bearer ${forTickets}` })]).toEqual([
          name,
          name === 'tickets' ? 200 : 401,
        ]);
      }
    });

    it('_entities and _service are not asked from outside', async () => {
      for (const query of [
        '{ _service { sdl } }',
        '{ _entities(representations: []) { __typename } }',
        '{ _live_inboxEvents { kind } }',
      ])
        expect(await codeOf(await send(own.platform.url, { query }, as(own.stage.patient)))).toBe(
          'GRAPHQL_VALIDATION_FAILED',
        );
    });

    it('_entities gives a stranger no entity of others, and nobody any', async () => {
      const ids = await idAttack.privateIds(own.platform.postgres.adminUrl, own.stage.patientId);
      const types = [
        'Ticket',
        'TimelineEntry',
        'Thread',
        'Message',
        'Prescription',
        'Fill',
        'Dispense',
        'Payment',
        'User',
      ];
      const owners = { tickets: 2, messaging: 4, prescriptions: 7, payments: 8, identity: 9 } as const;
      const stranger = callerOf(actorOf(own.stage.otherPatient));
      let from = 0;
      for (const [name, to] of Object.entries(owners) as [keyof typeof owners, number][]) {
        const representations = types
          .slice(from, to)
          .flatMap((__typename) => ids.map(({ id }) => ({ __typename, id })));
        from = to;
        const query = 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
        const ask = async (caller: typeof stranger | null) =>
          (await (
            await send(
              subgraph(name),
              { query, variables: { r: representations } },
              { authorization: `Bearer ${tokens().tokenFor(caller, name)}` },
            )
          ).json()) as { data?: { _entities: unknown[] }; errors?: { extensions: { code: string } }[] };
        const answer = await ask(stranger);
        expect({ name, known: answer.data?._entities.filter((entity) => entity !== null) }).toEqual({
          name,
          known: [],
        });
        expect((await ask(null)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      }
    });
  });
}
