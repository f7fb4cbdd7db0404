import { describe, expect, it } from '@jest/globals';
import { entrances, readSchema } from '../../src/attack/api.ts';
import { idAttack } from '../../src/attack/guess-ids.ts';
import { inTurns, shuffled, someOf } from '../../src/attack/sample.ts';
import type { OwnPlatform } from '../running-platform.ts';

/** Every id of the schema, filled with what belongs to others. */
export function guessedIds(own: OwnPlatform): void {
  describe('guessed ids', () => {
    it('a stranger is told the same of what is others’ as of what is not (S-13)', async () => {
      const { otherPatient, otherDoctor, otherPharmacist } = own.stage;
      const ids = await idAttack.privateIds(own.platform.postgres.adminUrl, own.stage.patientId);
      expect(ids.length).toBeGreaterThan(10);
      const everyCall = entrances(await readSchema(own.stage.patient)).flatMap((entrance) =>
        entrance.ids
          .filter((place) => place.at(-1) !== 'idempotencyKey')
          .flatMap((place) =>
            ids.flatMap((id) =>
              [otherPatient, otherDoctor, otherPharmacist].map((stranger) => ({
                entrance,
                place,
                id,
                stranger,
              })),
            ),
          ),
      );
      const told: string[] = [];
      await inTurns(someOf(shuffled(everyCall)), async ({ entrance, place, id, stranger }) => {
        const difference = await idAttack.difference(stranger, entrance, place, id.id);
        if (difference)
          told.push(`${entrance.field} ${place.join('.')} ${id.of} as ${stranger.email}: ${difference}`);
      });
      expect(told).toEqual([]);
    }, 3_600_000);
  });
}
