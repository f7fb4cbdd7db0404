import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { entrances, readSchema, withValue } from '../../src/attack/api.ts';
import { strike } from '../../src/attack/judge.ts';
import { changedTables, rowCounts } from '../../src/attack/row-counts.ts';
import { calls, inTurns, shuffled, someOf } from '../../src/attack/sample.ts';
import { hostileTexts, mark } from '../../src/attack/texts.ts';
import { Client } from '../../src/client.ts';
import type { OwnPlatform } from '../running-platform.ts';

/** Every text of the schema, filled with what has broken other programs. */
export function hostileTextsEverywhere(own: OwnPlatform): void {
  describe('hostile texts', () => {
    /** An administrator, or a patient for themselves, may write these, texts and all: nothing is wrong when they do. */
    const mayWrite: ReadonlySet<string> = new Set([
      'registerUser',
      'registerOrganisation',
      'repairUnread',
      'decideConsent',
      'createPermissionSet',
      'inviteMember',
    ]);
    /** That a password was tried is counted; that something was asked is on record; timers of the story go on. */
    const onTheSide = /sign_in_attempts|audit|record_access|\.bus\./;

    it('everywhere a text goes in: no accident, nothing told, nothing written (S-25)', async () => {
      const { otherPatient, otherDoctor, otherPharmacist } = own.stage;
      const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
      const people = [otherPatient, otherDoctor, otherPharmacist, admin];
      const everyCall = entrances(await readSchema(own.stage.patient)).flatMap((entrance) =>
        entrance.texts.flatMap((place) =>
          hostileTexts.flatMap((text) => people.map((client) => ({ entrance, place, text, client }))),
        ),
      );
      const chosen = someOf(shuffled(everyCall));
      const { adminUrl } = own.platform.postgres;
      const wrong: string[] = [];
      const wrote = new Set<string>();
      const strikeAll = (those: typeof chosen) =>
        inTurns(those, async ({ entrance, place, text, client }) => {
          const variables = withValue(entrance.variables(), place, text);
          const answer = await strike(client, entrance.operation, variables, text);
          if (answer.wrong)
            wrong.push(
              `${entrance.field} ${place.join('.')} ${JSON.stringify(text.slice(0, 40))}: ${answer.wrong}`,
            );
          if (entrance.kind === 'mutation' && answer.text.includes('"userErrors":[]'))
            wrote.add(entrance.field);
        });
      const before = await rowCounts(adminUrl);
      await strikeAll(chosen.filter(({ entrance }) => !mayWrite.has(entrance.field)));
      expect([...wrote]).toEqual([]);
      const changed = changedTables(before, await rowCounts(adminUrl));
      expect(changed.filter((table) => !onTheSide.test(table))).toEqual([]);
      await strikeAll(chosen.filter(({ entrance }) => mayWrite.has(entrance.field)));
      expect(wrong).toEqual([]);
      // The long form tries each text at each place as everybody.
      expect(chosen.length).toBe(Math.min(calls, everyCall.length));
      expect(everyCall.length).toBeGreaterThan(10_000);
    }, 3_600_000);

    it('leave no trace in the logs', async () => {
      const folder = join(own.platform.dataDir, 'logs');
      for (const name of await readdir(folder))
        expect({ name, found: readFileSync(join(folder, name), 'utf8').includes(mark) }).toEqual({
          name,
          found: false,
        });
    });
  });
}
