import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventTap, tapEvents } from '../../src/event-tap.ts';
import { ownPlatform } from '../running-platform.ts';

/** Everything every service publishes while the other tests of this platform run. */
let told: EventTap;
// Before the platform's own end, which takes the broker away.
afterAll(() => told?.close());
const own = ownPlatform();
beforeAll(async () => {
  told = await tapEvents(own.platform.adminAmqpUrl);
});

/** Names, texts and addresses of the stories, as their people wrote them. */
const words = [
  'Lindqvist',
  'Okafor',
  'Goldberg',
  'swollen',
  'blood thinner',
  'INR on day three',
  'With food',
  'zinc ointment',
  'Apply thinly',
  '@demo.example',
];

/** To be called when the tests whose traces it looks through are declared. */
export function nothingPersonalWasToldOrLogged(): void {
  describe('logs', () => {
    it('hold no name, address or text of the stories (X-06)', async () => {
      const folder = join(own.platform.dataDir, 'logs');
      const logs = (await readdir(folder)).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
      expect(logs).toContain('"service":"tickets"');
      expect(words.filter((word) => logs.includes(word))).toEqual([]);
    });
  });

  describe('messages of the broker', () => {
    it('hold no name, address or text of the stories (X-06)', () => {
      const types = new Set(told.messages.map(({ type }) => type));
      for (const type of [
        'tickets.ticket.opened.v1',
        'messaging.message.posted.v1',
        'prescriptions.prescription.signed.v1',
      ])
        expect(types).toContain(type);
      const all = told.messages.map(({ text }) => text).join('\n');
      expect(words.filter((word) => all.includes(word))).toEqual([]);
    });
  });
}
