import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A payment intent as it goes over the wire, as far as anybody here looks at it. */
export interface Intent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly amount_received: number;
  readonly currency: string;
  readonly created: number;
  readonly status: 'succeeded' | 'processing' | 'requires_payment_method' | 'canceled';
  readonly payment_method: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly last_payment_error: { type: string; code: string; decline_code: string; message: string } | null;
}

export interface BookedRefund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly payment_intent: string;
  readonly status: 'succeeded' | 'pending' | 'failed';
  readonly failure_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An answer that was given under an idempotency key. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
}

type Line =
  | { kind: 'intent'; value: Intent }
  | { kind: 'refund'; value: BookedRefund }
  | { kind: 'answer'; key: string; value: KeptAnswer };

/**
 * The simulator's own books: what was really taken and paid back, whatever it told anybody. With a file they outlive the
 * process; each change is a line, and the last one of an object counts.
 */
export class Books {
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, BookedRefund>();
  readonly answers = new Map<string, KeptAnswer>();
  readonly #file: string | undefined;

  constructor(file?: string) {
    this.#file = file;
    if (!file || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const read = readLine(line);
      if (read) this.#apply(read);
    }
  }

  keepIntent(value: Intent): Intent {
    this.#write({ kind: 'intent', value });
    return value;
  }

  keepRefund(value: BookedRefund): BookedRefund {
    this.#write({ kind: 'refund', value });
    return value;
  }

  keepAnswer(key: string, value: KeptAnswer): void {
    this.#write({ kind: 'answer', key, value });
  }

  /** What can still be paid back of an intent. */
  left({ id, amount_received }: Intent): number {
    const back = [...this.refunds.values()].filter(
      ({ payment_intent, status }) => payment_intent === id && status !== 'failed',
    );
    return back.reduce((left, { amount }) => left - amount, amount_received);
  }

  #write(line: Line): void {
    this.#apply(line);
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  #apply(line: Line): void {
    switch (line.kind) {
      case 'intent':
        return void this.intents.set(line.value.id, line.value);
      case 'refund':
        return void this.refunds.set(line.value.id, line.value);
      case 'answer':
        return void this.answers.set(line.key, line.value);
      default:
        return line satisfies never;
    }
  }
}

/** A line that a killed process wrote half of is as if it had not been written. */
function readLine(line: string): Line | null {
  try {
    return line ? (JSON.parse(line) as Line) : null;
  } catch {
    return null;
  }
}
