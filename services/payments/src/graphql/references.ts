/** An entity of another service: that service knows the rest. */
export interface Reference {
  readonly id: string;
}

export const reference = <Id extends string>(id: Id | null): Reference | null => (id ? { id } : null);
