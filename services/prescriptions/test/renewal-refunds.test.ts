import { RenewalRefundRequested } from '@carethread/contracts/events/renewals.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { newId, type LineId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Context } from '../src/graphql/context.ts';
import { handOver } from '../src/hand-over/hand-over.ts';
import { refundRenewalLines } from '../src/refund-renewal-lines/refund-renewal-lines.ts';
import { directly } from './direct.ts';
import { ready, see, usedUp } from './renewal-steps.ts';
import { fillOf, lineInput, lot } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let direct: ReturnType<typeof directly>;
const admin = person('administrator');
beforeAll(async () => {
  world = await startWorld();
  direct = directly(world);
});
afterAll(async () => {
  await direct.close();
  await world.close();
});

/** Three lines for 15.00 of a renewal, ready at the counter of the pharmacy that claimed its ticket. */
async function atTheCounter() {
  const source = await usedUp(world, [lineInput(), lineInput(), lineInput()]);
  const one = await ready(world, admin, source.prescriptionId);
  const claimToken = await world.claim(one.ticketId);
  const fill = await fillOf(world, world.pharmacist, one.ticketId);
  const lineIds: LineId[] = fill.lines.map(({ line }: any) => line.id);
  const claim = { ticketId: one.ticketId, claimToken };
  const lines = lineIds.map((lineId) => ({ lineId, lots: [lot(30)] }));
  const input = { ...claim, expectedVersion: fill.version, lines };
  const prepared = await world.mutate(
    world.pharmacist,
    'prepareLines',
    input,
    'fill { preparations { id lineId } }',
  );
  const readyOf = (lineId: string) => {
    const { id: preparationId } = prepared.fill.preparations.find((each: any) => each.lineId === lineId);
    return { preparationId, quantity: 30 };
  };
  return { ...one, claim, lineIds, readyOf };
}

const refund = async (context: Context, id: string, lineIds: readonly string[]) => {
  const [row] = await world.sql<{ version: number }>('SELECT version FROM renewal WHERE id = $1', [id]);
  return refundRenewalLines(context, { renewalId: id, expectedVersion: row!.version, lineIds });
};
const paidBack = async (id: string) =>
  (await world.emitted(RenewalRefundRequested))
    .filter(({ aggregateId }) => aggregateId === id)
    .flatMap(({ data }) => data.lines);
const states = (lines: any[]) => lines.map(({ state, notDispensedReason }) => notDispensedReason ?? state);

describe('refund and hand-over of a line exclude each other (edge case 6)', () => {
  it('what is paid back is not handed over, prepared again, or taken up after a return', async () => {
    const { id, ticketId, claim, lineIds, readyOf } = await atTheCounter();
    const [first, second, third] = lineIds as [LineId, LineId, LineId];
    expect(await refund(direct.as(admin), id, [first])).toBe(id);
    const late = { ...claim, idempotencyKey: newId(), items: [readyOf(first)] };
    const refused = await world.mutate(world.pharmacist, 'handOver', late, 'dispense { id }');
    expect(refused.userErrors).toMatchObject([
      { code: 'INVALID', message: 'Nothing stands ready under this id.' },
    ]);
    const { version } = await fillOf(world, world.pharmacist, ticketId);
    const again = { ...claim, expectedVersion: version, lines: [{ lineId: first, lots: [lot(30)] }] };
    expect(
      (await world.mutate(world.pharmacist, 'prepareLines', again, 'fill { id }')).userErrors,
    ).toMatchObject([{ code: 'BLOCKED' }]);
    await world.move(ticketId, 'sent', { fence: 1 });
    const claimToken = await world.claim(ticketId, 2);
    const fill = await fillOf(world, world.pharmacist, ticketId);
    expect(states(fill.lines)).toEqual(['REFUNDED', 'TO_FILL', 'TO_FILL']);
    const rest = { ticketId, claimToken, expectedVersion: fill.version };
    const lines = [second, third].map((lineId) => ({ lineId, lots: [lot(30)] }));
    const prepared = await world.mutate(
      world.pharmacist,
      'prepareLines',
      { ...rest, lines },
      'fill { preparations { id } }',
    );
    const items = prepared.fill.preparations.map((each: any) => ({ preparationId: each.id, quantity: 30 }));
    const done = await world.mutate(
      world.pharmacist,
      'handOver',
      { ticketId, claimToken, idempotencyKey: newId(), items },
      'fill { status }',
    );
    expect(done.fill.status).toBe('COMPLETE');
    await world.move(ticketId, 'closed', { fence: 2 });
    expect((await see(world, id)).state).toBe('CLOSED');
    const tooLate = await refund(direct.as(admin), id, [second]);
    expect(tooLate).toMatchObject({ userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'CLOSED' }] });
  });

  it('equal parts, the remainder on the last line, together the price; with the last line it ends', async () => {
    const { id, lineIds } = await atTheCounter();
    await world.sql('UPDATE renewal SET price_minor = 1000 WHERE id = $1', [id]);
    for (const lineId of lineIds) expect(await refund(direct.as(admin), id, [lineId])).toBe(id);
    expect((await paidBack(id)).map(({ minor }) => minor)).toEqual([333, 333, 334]);
    expect((await see(world, id)).prescription.status).toBe('CANCELLED');
    const again = await refund(direct.as(admin), id, [lineIds[0]!]);
    expect(again).toMatchObject({ userErrors: [{ code: 'ILLEGAL_MOVE' }] });
  });

  it('with the rest not dispensed by the pharmacy, nothing is left to be had there', async () => {
    const { id, ticketId, claim, lineIds } = await atTheCounter();
    for (const lineId of lineIds.slice(1)) {
      const { version } = await fillOf(world, world.pharmacist, ticketId);
      const input = { ...claim, expectedVersion: version, lineId, reason: 'OUT_OF_STOCK' };
      await world.mutate(world.pharmacist, 'markNotDispensed', input, 'fill { id }');
    }
    expect(await refund(direct.as(admin), id, [lineIds[0]!])).toBe(id);
    expect((await fillOf(world, world.pharmacist, ticketId)).status).toBe('NOT_FULFILLED');
  });

  it('of a full refund, a partial one and a hand-over at once, each line has one: 200 times', async () => {
    const { claim, lineIds, readyOf, ...one } = await atTheCounter();
    const [fillRow] = await world.sql('SELECT id FROM fill WHERE ticket_id = $1', [one.ticketId]);
    const snapshot = await world.sql('SELECT * FROM preparation WHERE fill_id = $1', [fillRow!['id']]);
    const [pharmacist, administrator] = [direct.as(world.pharmacist), direct.as(admin)];
    const won = { refunded: 0, handedOver: 0, both: 0 };
    for (let n = 0; n < 200; n++) {
      const before = (await paidBack(one.id)).length;
      const version = (await world.sql('SELECT version FROM renewal WHERE id = $1', [one.id]))[0]!['version'];
      const items = [readyOf(lineIds[0]!), readyOf(lineIds[1]!)];
      const asks = { renewalId: one.id, expectedVersion: version };
      const begun = [
        () => handOver(pharmacist, { ...claim, idempotencyKey: newId(), items }),
        () => refundRenewalLines(administrator, { ...asks, lineIds }),
        () => refundRenewalLines(administrator, { ...asks, lineIds: [lineIds[0]] }),
      ];
      // Each of them comes first in turn.
      const turned = [...begun.slice(n % 3), ...begun.slice(0, n % 3)];
      const results = await Promise.all(turned.map((begin) => begin()));
      expect(results.some((result) => !(result instanceof Refusal))).toBe(true);
      const back = new Set((await paidBack(one.id)).slice(before).map(({ lineId }) => lineId as string));
      const given = await world.sql(
        'SELECT line_id AS id FROM fill_line WHERE fill_id = $1 AND handed_over > 0',
        [fillRow!['id']],
      );
      won.both += given.filter(({ id }) => back.has(id)).length;
      won.refunded += back.size;
      won.handedOver += given.length;
      expect((await paidBack(one.id)).slice(before).length).toBe(back.size);
      await asBefore(one, fillRow!['id'], snapshot);
    }
    expect(won.both).toBe(0);
    expect(won.refunded).toBeGreaterThan(0);
    expect(won.handedOver).toBeGreaterThan(0);
  }, 600_000);
});

/** The same counter once more, as if nothing had happened at it: cheaper than 200 renewals from the request on. */
async function asBefore(
  { prescriptionId }: { prescriptionId: string },
  fillId: string,
  preparations: readonly Record<string, unknown>[],
): Promise<void> {
  await world.sql('ALTER TABLE dispense_item DISABLE TRIGGER USER');
  await world.sql(
    'DELETE FROM dispense_item WHERE dispense_id IN (SELECT id FROM dispense WHERE fill_id = $1)',
    [fillId],
  );
  await world.sql('DELETE FROM dispense WHERE fill_id = $1', [fillId]);
  await world.sql('DELETE FROM preparation WHERE fill_id = $1', [fillId]);
  await world.sql(
    `UPDATE fill_line SET prepared = 30, handed_over = 0, not_dispensed = NULL, first_handed_over_at = NULL WHERE fill_id = $1`,
    [fillId],
  );
  await world.sql(`UPDATE fill SET status = 'open', last_dispense_id = NULL WHERE id = $1`, [fillId]);
  await world.sql(
    `UPDATE prescription SET status = 'released', fills_used = 0, last_handed_over_at = NULL, dispensed_by = NULL, transfers = 0,
       end_reason = NULL, ended_at = NULL WHERE id = $1`,
    [prescriptionId],
  );
  await world.sql(
    'INSERT INTO preparation SELECT * FROM jsonb_populate_recordset(NULL::preparation, $1::jsonb)',
    [JSON.stringify(preparations)],
  );
}
