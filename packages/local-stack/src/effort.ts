/**
 * How often a test tries what chance decides: `usual` in every `npm test`, `long` in `npm run test:long`, which has all the
 * time it needs.
 */
export const effort = (usual: number, long: number): number => (isLongRun ? long : usual);

/** Whether this is `npm run test:long`. */
export const isLongRun = process.env['CARETHREAD_LONG'] === '1';
