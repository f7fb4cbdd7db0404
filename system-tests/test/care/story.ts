import { describe, expect, it } from '@jest/globals';
import { registerPharmacies } from '../../src/pharmacies.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { doctorToPharmacy } from '../../src/story/story.ts';
import { walkTheTour } from './readme-tour.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();

describe('from doctor to pharmacy', () => {
  it('runs as it is told, from outside', async () => {
    await expect(doctorToPharmacy(own.platform.url, () => {})).resolves.toBeDefined();
  });
});

describe("the README's tour", () => {
  it('works as printed', async () => {
    const answers = await walkTheTour(own.platform.url);
    expect(answers.length).toBeGreaterThanOrEqual(8);
    for (const answer of answers)
      for (const payload of Object.values(answer)) expect(payload?.userErrors ?? []).toEqual([]);
    const written = answers.find((answer) => answer['setPrescriptionLines']);
    expect(written?.['setPrescriptionLines'].prescription.findings.status).toBe('FINDINGS');
  });
});

describe('claims', () => {
  it('50 at once from 5 pharmacies: one success, 49 typed refusals, one timeline entry (T-06)', async () => {
    const pharmacists = await registerPharmacies(own.platform.url, 5);
    const { ticketId, number, accessCode } = await releasedTicket(own.stage, { openToAnyPharmacy: true });
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        pharmacists[index % 5]!.tryChange(
          'claimTicketByNumber',
          { idempotencyKey: crypto.randomUUID(), number, accessCode },
          'claim { fence token }',
        ),
      ),
    );
    expect(claims.filter(({ claim }) => claim?.token)).toHaveLength(1);
    expect(claims.filter(({ userErrors }) => userErrors[0]?.code === 'ALREADY_HELD')).toHaveLength(49);
    const { ticket } = await own.stage.patient.do(
      'query T($id: ID!) { ticket(id: $id) { status timeline(first: 100) { edges { node { reason } } } } }',
      { id: ticketId },
    );
    const entries = ticket.timeline.edges.map(({ node }: { node: { reason: string } }) => node.reason);
    expect(entries.filter((reason: string) => reason === 'claimed')).toHaveLength(1);
    expect(ticket.status).toBe('RECEIVED');
  });
});
