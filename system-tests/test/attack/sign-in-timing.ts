import { describe, expect, it } from '@jest/globals';
import { calls } from '../../src/attack/sample.ts';
import type { OwnPlatform } from '../running-platform.ts';
import { send } from './send.ts';

const known = ['patient', 'patient2', 'doctor', 'doctor2', 'pharmacist', 'pharmacist2', 'admin'];
/** Fewer than the tries after which an account is closed for a while. */
const rounds = 5;
const signIn = `mutation($email: String!) {
  signIn(input: { email: $email, password: "wrong" }) { userErrors { code message } } }`;

/** Times are compared in the long form only, on a machine that does nothing else; that the work is the same is tested in identity. */
export function signInTiming(own: OwnPlatform): void {
  if (calls < 10_000) return;
  describe('time', () => {
    it('tells nothing about which accounts there are', async () => {
      const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
      const attempt = async (kind: keyof typeof times, name: string) => {
        const start = performance.now();
        const answer = await send(own.platform.url, {
          query: signIn,
          variables: { email: `${name}@demo.example` },
        });
        expect(await answer.text()).toContain('NOT_ALLOWED');
        times[kind].push(performance.now() - start);
      };
      for (let round = 0; round < rounds; round += 1)
        for (const name of known) {
          await attempt('known', name);
          await attempt('unknown', `nobody-${round}-${name}`);
        }
      const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
      const ratio = median(times.unknown) / median(times.known);
      expect(Math.abs(Math.log(ratio))).toBeLessThan(0.2);
    });
  });
}
