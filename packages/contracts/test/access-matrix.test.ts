import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { cells, matrixText } from '../src/policy/matrix.ts';

const words = (text: string) => text.replaceAll(/[\s|-]+/g, ' ').trim();

describe('the access matrix (U-06)', () => {
  it('is printed as the policies have it', () => {
    const printed = readFileSync(new URL('../../../docs/access-matrix.md', import.meta.url), 'utf8');
    // If not: npm run matrix -w packages/contracts
    expect(words(printed)).toBe(words(matrixText().replaceAll('*Changes*', '_Changes_')));
  });

  it('shows nothing to a stranger, and nothing to who was a proxy', () => {
    const seen = (relation: string) =>
      cells()
        .filter((cell) => cell.relation === relation && cell.read)
        .map(({ entity }) => entity);
    expect(seen('formerProxy')).toEqual([]);
    expect(seen('otherPatient')).toEqual([]);
    expect(seen('otherDoctor')).toEqual([]);
    expect(seen('otherPharmacist')).toEqual([]);
    expect(seen('colleague')).toEqual(['User (the patient)']);
    expect(seen('emergencyDoctor')).not.toContain('Message');
  });
});
