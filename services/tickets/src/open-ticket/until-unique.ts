import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';

const attempts = 20;

/**
 * Runs a transaction that opens a ticket again when its number is taken (the next run draws another) or when somebody
 * opened one for the same appointment at the same moment (the next run finds it). The constraint decides, so writes and
 * commit stay in one round trip; asking first would cost one more each time and prove nothing.
 */
export async function untilUnique<Result>(open: () => Promise<Result>): Promise<Result | Refusal> {
  let lostAppointment = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      const constraint = brokenConstraint(error);
      if (constraint === null) throw error;
      // Still in the way and not to be seen: the ticket is somebody else's.
      if (constraint === 'ticket_appointment' && lostAppointment)
        return refuse('INVALID', 'appointmentId: cannot be used', { path: ['input', 'appointmentId'] });
      lostAppointment ||= constraint === 'ticket_appointment';
      if (attempt === attempts)
        return refuse('UNAVAILABLE', 'No ticket number is free just now. Try again later.');
    }
  }
}

function brokenConstraint(error: unknown): string | null {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '23505' && (constraint === 'ticket_number_key' || constraint === 'ticket_appointment')
    ? constraint
    : null;
}
