/** An error as GraphQL answers it. `extensions.code` is stable; see the gateway's table of codes. */
export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly requestId?: string } & Readonly<
    Record<string, unknown>
  >;
}

/** An expected refusal, as payloads carry it in `userErrors`. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path?: readonly string[];
}

/** The platform answered, and the answer is an error. `data` is what there is besides. */
export class GraphqlFailure extends Error {
  override name = 'GraphqlFailure';
  readonly errors: readonly GraphqlError[];
  readonly data: unknown;

  constructor(errors: readonly GraphqlError[], data: unknown = null) {
    super(errors.map(({ message }) => message).join(' ') || 'The answer is an error.');
    this.errors = errors;
    this.data = data;
  }

  /** Whether one of the errors has this code. */
  has(code: string): boolean {
    return this.errors.some(({ extensions }) => extensions?.code === code);
  }
}

/** A mutation was refused for reasons its caller can act upon. */
export class Refused extends Error {
  override name = 'Refused';
  readonly userErrors: readonly UserError[];

  constructor(userErrors: readonly UserError[]) {
    super(userErrors.map(({ message }) => message).join(' '));
    this.userErrors = userErrors;
  }
}

/** No answer came: the network or the gateway is away. Whether the platform acted is not known. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** Nobody is signed in, or no longer: the person has to sign in again. */
export class SignedOut extends Error {
  override name = 'SignedOut';
  constructor() {
    super('Nobody is signed in.');
  }
}

const passing = ['UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR', 'TIMEOUT'];

/** Whether the same request may get through later. */
export function mayPassLater(error: unknown): boolean {
  if (error instanceof Unreachable || error instanceof SignedOut) return true;
  return error instanceof GraphqlFailure && passing.some((code) => error.has(code));
}
