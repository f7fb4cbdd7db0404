/** Why a call to a service gave no answer. */
export type FailureReason =
  | 'not_connected'
  | 'connection_lost'
  | 'timeout'
  | 'out_of_time'
  | 'bad_answer'
  | 'refused_us'
  | 'client_gone';

export interface Failure {
  reason: FailureReason;
  /** Whether it speaks against the service; a client's haste or absence does not. */
  blames: boolean;
}

/** Thrown while talking to a service. */
export class CallFailed extends Error {
  override name = 'CallFailed';
  readonly reason: FailureReason;

  constructor(reason: FailureReason) {
    super(reason);
    this.reason = reason;
  }
}

const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function failureOf(error: unknown): Failure {
  const reason = error instanceof CallFailed ? error.reason : reasonOf((error as { code?: string }).code);
  return { reason, blames: reason !== 'client_gone' && reason !== 'out_of_time' };
}

const reasonOf = (code: string | undefined): FailureReason =>
  code !== undefined && neverConnected.has(code) ? 'not_connected' : 'connection_lost';

/** A call that never reached the service may always be repeated; one that may have, only when it changes nothing. */
export function mayRetry({ reason }: Failure, isMutation: boolean): boolean {
  switch (reason) {
    case 'not_connected':
      return true;
    case 'connection_lost':
    case 'bad_answer':
      return !isMutation;
    case 'timeout':
    case 'out_of_time':
    case 'refused_us':
    case 'client_gone':
      return false;
    default:
      return reason satisfies never;
  }
}
