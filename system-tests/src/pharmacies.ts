import { Client } from './client.ts';

/** Registers this many further pharmacies, each with one pharmacist, as an administrator would. Answers them signed in. */
export async function registerPharmacies(url: string, count: number): Promise<Client[]> {
  const admin = await Client.signIn(url, 'admin@demo.example');
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const key = () => crypto.randomUUID();
      const { organisation } = await admin.change(
        'registerOrganisation',
        {
          idempotencyKey: key(),
          kind: 'PHARMACY',
          name: `Pharmacy ${index}`,
          city: 'Testford',
          timeZone: 'UTC',
          jurisdiction: 'US',
        },
        'organisation { id }',
      );
      const email = `${key()}@test.example`;
      const { user } = await admin.change(
        'registerUser',
        {
          idempotencyKey: key(),
          email,
          password: 'a long enough password',
          displayName: `Pharmacist ${index}`,
        },
        'user { id }',
      );
      await admin.change(
        'grantMembership',
        { idempotencyKey: key(), userId: user.id, organisationId: organisation.id, role: 'PHARMACIST' },
        'membership { id }',
      );
      return Client.signIn(url, email, 'a long enough password');
    }),
  );
}
