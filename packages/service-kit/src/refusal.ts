/** An expected refusal, free of transport; the GraphQL type UserError has the same shape. */
export type RefusalCode =
  | 'INVALID'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'ILLEGAL_MOVE'
  | 'NOT_ALLOWED'
  | 'STEP_UP_REQUIRED'
  | 'ALREADY_HELD'
  | 'STALE_CLAIM'
  | 'IDEMPOTENCY_MISMATCH'
  | 'NOT_YET'
  | 'EXPIRED'
  | 'BLOCKED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

export interface UserError {
  code: RefusalCode;
  message: string;
  path: string[];
  currentVersion?: number;
  currentStatus?: string;
}

/** What a command answers when it does not do the thing. Nothing was written. */
export class Refusal {
  readonly userErrors: readonly UserError[];
  constructor(userErrors: readonly UserError[]) {
    this.userErrors = userErrors;
  }
}

export function refuse(
  code: RefusalCode,
  message: string,
  more: { path?: string[]; currentVersion?: number; currentStatus?: string } = {},
): Refusal {
  return new Refusal([{ code, message, path: [], ...more }]);
}

/** The refusal of a change that was based on an older version. */
export const staleVersion = (expected: number, current: number): Refusal =>
  refuse(
    'CONFLICT',
    `This changed in the meantime: you based it on version ${expected}, it is now ${current}.`,
    {
      path: ['input', 'expectedVersion'],
      currentVersion: current,
    },
  );

/** Turns an outcome into a mutation payload: `{ [field]: value, userErrors: [] }` or `{ [field]: null, userErrors }`. */
export function payload<Field extends string, Value>(
  field: Field,
  outcome: Value | Refusal,
): { [K in Field]: Value | null } & { userErrors: UserError[] } {
  const refused = outcome instanceof Refusal;
  return {
    [field]: refused ? null : outcome,
    userErrors: refused ? [...outcome.userErrors] : [],
  } as { [K in Field]: Value | null } & { userErrors: UserError[] };
}
