import type { Books } from './books.ts';
import { type RefundCase, refundCases } from './cases.ts';
import { notFound, ok, type Reply } from './wire.ts';

/** What of a simulator can be told from outside. */
export interface Controlled {
  readonly books: Books;
  /** Nobody gets an answer while this is so. */
  down: boolean;
  /** Decides what was put off, and waits until everybody was told. */
  settle(): Promise<void>;
  planRefunds(...next: RefundCase[]): void;
}

/** What a person or a test in another process can tell a running simulator, under /simulator/. */
export async function answerControl(simulator: Controlled, path: string, body: string): Promise<Reply> {
  const wish = (body ? JSON.parse(body) : {}) as Record<string, unknown>;
  switch (path) {
    case '/simulator/books':
      return ok({
        intents: [...simulator.books.intents.values()],
        refunds: [...simulator.books.refunds.values()],
      });
    case '/simulator/settle':
      await simulator.settle();
      return ok({});
    case '/simulator/down':
      simulator.down = wish['down'] === true;
      return ok({ down: simulator.down });
    case '/simulator/plan-refunds': {
      const wanted: unknown[] = Array.isArray(wish['next']) ? wish['next'] : [];
      simulator.planRefunds(...wanted.filter(isRefundCase));
      return ok({});
    }
    default:
      return notFound('command of the simulator');
  }
}

const isRefundCase = (value: unknown): value is RefundCase => refundCases.some((known) => known === value);
