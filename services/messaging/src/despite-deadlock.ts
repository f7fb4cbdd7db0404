const isDeadlock = (error: unknown): boolean => (error as { code?: string }).code === '40P01';

/**
 * Runs a transaction again when PostgreSQL ended it because of a deadlock; three times at most. Within messaging, locks
 * are taken in one order (thread, members, inboxes); but a batch of events takes those of several threads, in the order
 * the events came.
 */
export async function despiteDeadlock<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isDeadlock(error) || attempt === 3) throw error;
    }
  }
}
