import type { Actor } from '@carethread/contracts/actor.ts';
import type { Access, Door, Outcome } from './access.ts';
import type { AccessWriter } from './access-writer.ts';

interface Shown {
  kind: string;
  patientId: string | null;
  through: string | null;
  outcome: Outcome;
  ids: Set<string>;
}

/** What one request showed of people, as it comes together while the answer is made. */
export class RequestAudit {
  readonly #writer: AccessWriter;
  readonly #requestId: string;
  readonly #door: Door;
  readonly #shown = new Map<string, Shown>();
  /** Who sees it; a request that signs somebody in shows the rest to them. */
  actor: Actor | null;

  constructor(writer: AccessWriter, request: { actor: Actor | null; requestId: string; door: Door }) {
    this.#writer = writer;
    this.actor = request.actor;
    this.#requestId = request.requestId.slice(0, 200);
    this.#door = request.door;
  }

  /** Notes that this is part of the answer. The same thing shown twice is one access. */
  show(kind: string, id: string, about: { patientId?: string | null; through?: string } = {}): void {
    this.#note(kind, id, about.patientId ?? null, about.through ?? null, 0);
  }

  /** Notes that this was asked for by its id and is not part of the answer. */
  refuse(kind: string, id: string): void {
    this.#note(kind, id, null, null, 4);
  }

  /** Resolves when everything noted is on its way to the database. Nothing noted takes no time. The answer must wait. */
  async written(): Promise<void> {
    if (this.#shown.size === 0) return;
    const rows = [...this.#shown.values()].map((shown) => this.#row(shown));
    this.#shown.clear();
    await this.#writer.write(rows);
  }

  #note(kind: string, id: string, patientId: string | null, through: string | null, outcome: Outcome): void {
    const key = `${kind} ${patientId} ${through} ${outcome}`;
    const shown = this.#shown.get(key);
    if (shown) shown.ids.add(id);
    else this.#shown.set(key, { kind, patientId, through, outcome, ids: new Set([id]) });
  }

  #row({ kind, patientId, through, outcome, ids }: Shown): Access {
    const { actor } = this;
    return {
      request_id: this.#requestId,
      user_id: actor?.userId ?? null,
      membership_id: actor?.membershipId ?? null,
      organisation_id: actor?.organisationId ?? null,
      role: actor?.role ?? null,
      proxy_id: actor?.proxyId ?? null,
      client_id: actor?.client?.id ?? null,
      emergency_id: actor?.emergencyId ?? null,
      kind,
      entity_ids: [...ids],
      patient_id: patientId,
      through,
      door: this.#door,
      outcome,
    };
  }
}
