import { releasedTicket } from '../released-ticket.ts';
import { expect } from './expect.ts';
import type { Stage } from './stage.ts';

/**
 * A ticket that is open to any pharmacy: two pharmacies claim it in the same moment, exactly one gets it. It is the
 * other patient's: whoever wins has a right to see that patient from then on.
 */
export async function twoPharmaciesClaim(stage: Stage): Promise<void> {
  const others = { ...stage, doctor: stage.otherDoctor, patientId: stage.otherPatientId };
  const { number, accessCode } = await releasedTicket(others, { openToAnyPharmacy: true });
  expect(accessCode, 'patient and doctor have the access code');
  const pharmacies = [stage.pharmacist, stage.otherPharmacist];
  const claims = await Promise.all(
    pharmacies.map((pharmacist) =>
      pharmacist.tryChange(
        'claimTicketByNumber',
        { idempotencyKey: crypto.randomUUID(), number, accessCode },
        'claim { fence holder { name } }',
      ),
    ),
  );
  const winners = claims.filter(({ claim }) => claim !== null);
  const refusals = claims.flatMap(({ userErrors }) => userErrors as { code: string }[]);
  expect(winners.length === 1, 'one pharmacy wins');
  expect(refusals.length === 1 && refusals[0]!.code === 'ALREADY_HELD', 'the other is told that it is held');
  stage.tell(
    `Two pharmacies claim ${number}, which is open to any, at once: ${winners[0]!['claim'].holder.name} gets it.`,
  );
}
