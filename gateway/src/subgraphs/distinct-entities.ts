type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface EntityRequest {
  /** Variables to send, with every entity named once. */
  variables: Record<string, unknown>;
  /** Gives each occurrence its entity again, in the data that came back. */
  restore(data: { _entities?: unknown }): void;
}

/**
 * The gateway asks for an entity once per occurrence: sixty messages of two authors are sixty references. Answers null
 * when there is nothing to save.
 */
export function distinctEntities(variables: Record<string, unknown> | undefined): EntityRequest | null {
  const references = variables?.['representations'];
  if (!Array.isArray(references) || references.length < 2) return null;
  const places = new Map<string, number>();
  const distinct: unknown[] = [];
  const placeOf = references.map((reference) => {
    const text = JSON.stringify(reference);
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, distinct.length);
    return distinct.push(reference) - 1;
  });
  if (distinct.length === references.length) return null;
  return {
    variables: { ...variables, representations: distinct },
    restore(data) {
      const entities = data._entities;
      if (Array.isArray(entities)) data._entities = spread(entities as Json[], placeOf);
    },
  };
}

/** Later occurrences get copies: the gateway merges what other services say about each occurrence into its object. */
function spread(entities: readonly Json[], placeOf: readonly number[]): Json[] {
  const given = new Set<number>();
  return placeOf.map((place) => {
    const entity = entities[place] ?? null;
    if (given.has(place)) return copy(entity);
    given.add(place);
    return entity;
  });
}

function copy(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}
