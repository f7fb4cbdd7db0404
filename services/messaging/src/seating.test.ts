import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { decideSeating, type Seat } from './seating.ts';

const [patientId, doctorId] = [newId<'User'>(), newId<'User'>()];
const [first, second] = [newId<'Organisation'>(), newId<'Organisation'>()];
const people = { patientId, doctorId };
const seat = (principalId: Seat['principalId'], role: Seat['role']): Seat => ({ principalId, role });
const both = [seat(patientId, 'patient'), seat(doctorId, 'doctor')];
const unopened = { openedAt: null, pharmacyVersion: -1 };
const opened = { openedAt: new Date(0), pharmacyVersion: 3 };

describe('decideSeating', () => {
  it('opens with all parties', () => {
    const seating = decideSeating(unopened, [], { people, pharmacy: { id: first, version: 1 } });
    expect(seating).toEqual({
      opens: true,
      joining: [...both, seat(first, 'pharmacy')],
      leaving: [],
      pharmacyVersion: 1,
    });
  });

  it('opens without a pharmacy', () => {
    expect(decideSeating(unopened, [], { people, pharmacy: { id: null, version: 1 } }).joining).toEqual(both);
  });

  it('opens around a pharmacy that later news had brought', () => {
    const seating = decideSeating({ openedAt: null, pharmacyVersion: 2 }, [seat(second, 'pharmacy')], {
      people,
      pharmacy: { id: first, version: 1 },
    });
    expect(seating).toEqual({ opens: true, joining: both, leaving: [], pharmacyVersion: 2 });
  });

  it('replaces the pharmacy', () => {
    const seated = [...both, seat(first, 'pharmacy')];
    expect(decideSeating(opened, seated, { pharmacy: { id: second, version: 4 } })).toEqual({
      opens: false,
      joining: [seat(second, 'pharmacy')],
      leaving: [first],
      pharmacyVersion: 4,
    });
    expect(decideSeating(opened, seated, { pharmacy: { id: null, version: 4 } })).toMatchObject({
      joining: [],
      leaving: [first],
    });
  });

  it.each([1, 3])('lets news of version %i change nothing when version 3 is known', (version) => {
    const seated = [...both, seat(second, 'pharmacy')];
    expect(decideSeating(opened, seated, { people, pharmacy: { id: first, version } })).toEqual({
      opens: false,
      joining: [],
      leaving: [],
      pharmacyVersion: 3,
    });
  });
});
