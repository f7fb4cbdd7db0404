import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distinctEntities } from './distinct-entities.ts';

const references = fc.array(
  fc.record({ __typename: fc.constant('User'), id: fc.constantFrom('a', 'b', 'c', 'd') }),
  {
    maxLength: 30,
  },
);
const entityOf = ({ id }: { id: string }) => (id === 'd' ? null : { name: `name of ${id}`, tags: [{ id }] });

describe('distinct entities', () => {
  it('gives every occurrence what it would have got without', () => {
    fc.assert(
      fc.property(references, (representations) => {
        const request = distinctEntities({ representations, other: 1 });
        const sent = (request?.variables['representations'] ?? representations) as { id: string }[];
        expect(new Set(sent.map(({ id }) => id)).size).toBe(
          request ? sent.length : new Set(sent.map(({ id }) => id)).size,
        );
        const data = { _entities: sent.map(entityOf) };
        request?.restore(data);
        expect(data._entities).toEqual(representations.map(entityOf));
      }),
    );
  });

  it('gives no two occurrences the same object, because each is merged into', () => {
    const reference = { __typename: 'User', id: 'a' };
    const request = distinctEntities({ representations: [reference, reference] });
    const data = { _entities: [entityOf(reference)] };
    request?.restore(data);
    const [one, other] = data._entities;
    expect(one).not.toBe(other);
    expect(one?.tags[0]).not.toBe(other?.tags[0]);
  });

  it('leaves other requests alone', () => {
    expect(distinctEntities(undefined)).toBeNull();
    expect(distinctEntities({ first: 3 })).toBeNull();
    expect(distinctEntities({ representations: [{ id: 'a' }, { id: 'b' }] })).toBeNull();
  });
});
