import type { Actor } from '@carethread/contracts/actor.ts';
import type { WebSocket } from 'ws';
import type { AccessToken } from '../../sign-in/access-token.ts';
import type { Caller } from '../../sign-in/caller.ts';

/** Close codes of the protocol and of WebSocket itself. A client library retries after all of these. */
export const closeCode = {
  /** The token is refused, has run out, or its session has ended. */
  forbidden: 4403,
  restart: 1012,
  tryAgainLater: 1013,
} as const;

/** One socket and the person it speaks for, as long as their token lives. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #isOneTooMany: (actor: Actor) => boolean;
  #token: AccessToken | null = null;
  #expiry: NodeJS.Timeout | undefined;

  /** `isOneTooMany` says whether this person has as many as they may. */
  constructor(socket: WebSocket, isOneTooMany: (actor: Actor) => boolean) {
    this.#socket = socket;
    this.#isOneTooMany = isOneTooMany;
    socket.once('close', () => clearTimeout(this.#expiry));
  }

  /** Takes a person's first token, or a renewed one of the same person in the same membership and session. */
  accept(token: AccessToken): boolean {
    // It may have closed while the token was checked; a timer set now would never be cleared.
    if (this.#socket.readyState !== this.#socket.OPEN) return false;
    const now = this.#token?.caller.actor;
    if (now && !isSamePerson(now, token.caller.actor)) return false;
    if (!now && this.#isOneTooMany(token.caller.actor)) {
      this.close(closeCode.tryAgainLater, 'Too many connections of this person');
      return false;
    }
    this.#token = token;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(
      () => this.close(closeCode.forbidden, 'Token expired'),
      token.expiresAt - Date.now(),
    );
    return true;
  }

  /** Who it speaks for now. */
  get owner(): Caller {
    if (!this.#token) throw new Error('The connection has not been accepted.');
    return this.#token.caller;
  }

  get actor(): Actor | null {
    return this.#token?.caller.actor ?? null;
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

const isSamePerson = (one: Actor, other: Actor) =>
  one.userId === other.userId &&
  one.membershipId === other.membershipId &&
  one.sessionId === other.sessionId &&
  one.proxyId === other.proxyId &&
  one.emergencyId === other.emergencyId;
