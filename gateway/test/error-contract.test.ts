import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { accident, isAccident, maskError, shownCodes } from '../src/errors/mask-error.ts';

const table = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8');

describe('the error contract', () => {
  it('is the table of docs/ERRORS.md, code by code', () => {
    const documented = [...table.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, code]) => code);
    expect(documented).toEqual([...shownCodes, accident].toSorted());
  });

  const inner = {
    message: 'relation "patient" does not exist at http://10.0.0.7:4101/graphql',
    locations: [{ line: 1, column: 1 }],
    path: ['me'],
  };
  const secrets = {
    stacktrace: ['at secret.ts:1'],
    serviceName: 'identity',
    response: { body: 'SELECT secret', url: 'http://10.0.0.7:4101' },
    exception: {},
    sql: 'SELECT 1',
  };

  it.each([...shownCodes])('%s tells its message, and nothing of what comes with it', (code) => {
    expect(maskError({ ...inner, message: 'For people.', extensions: { code, ...secrets } })).toEqual({
      ...inner,
      message: 'For people.',
      extensions: { code },
    });
  });

  it.each(['INTERNAL_ERROR', 'INTERNAL_SERVER_ERROR', 'P2002', undefined, 7])('%s is an accident', (code) => {
    expect(isAccident(code)).toBe(true);
    expect(maskError({ ...inner, extensions: { code, ...secrets } })).toEqual({
      message: 'Something went wrong on our side.',
      path: ['me'],
      extensions: { code: accident },
    });
  });

  it('tells figures of limits', () => {
    const limit = { limit: 'depth', maximum: 12, found: 13 };
    const error = {
      message: 'Too large.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...limit, ...secrets },
    };
    expect(maskError(error)).toEqual({
      message: 'Too large.',
      extensions: { code: 'LIMIT_EXCEEDED', ...limit },
    });
  });
});
