import { describe, expect, it } from '@jest/globals';
import { hashPassword, verifyPassword } from './password.ts';

describe('a password', () => {
  it('is recognised, and no other one', async () => {
    const hash = await hashPassword('correct horse battery');
    expect(await verifyPassword('correct horse battery', hash)).toBe(true);
    expect(await verifyPassword('correct horse batterz', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('is stored as Argon2id in PHC format, never twice the same', async () => {
    const [one, two] = await Promise.all([
      hashPassword('correct horse battery'),
      hashPassword('correct horse battery'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
  });

  it('is judged with the cost it was stored with', async () => {
    // Made by another implementation: 64 MiB, four lanes, a salt of eight bytes.
    const reference =
      '$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$GpZ3sK/oH9p7VIiV56G/64Zo/8GaUw434IimaPqxwCo';
    expect(await verifyPassword('password', reference)).toBe(true);
  });

  it('is the same whether its accents are composed or not', async () => {
    expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
  });

  it('takes as long to refuse for an account that does not exist', async () => {
    const hash = await hashPassword('correct horse battery');
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    // In turns, so that other work on the machine slows both down.
    for (let round = 0; round < 9; round += 1) {
      for (const [account, stored] of [['known', hash] as const, ['unknown', null] as const]) {
        const start = performance.now();
        expect(await verifyPassword('wrong', stored)).toBe(false);
        times[account].push(performance.now() - start);
      }
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[4]!;
    const ratio = median(times.unknown) / median(times.known);
    // Without the decoy it would be a thousandth.
    expect(ratio).toBeGreaterThan(0.3);
    expect(ratio).toBeLessThan(3);
  });
});
