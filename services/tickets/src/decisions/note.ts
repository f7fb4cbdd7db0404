import type { Fact } from '../ticket.ts';

/** Something for the timeline that changes nothing else. */
export const note = (noted: string, subjectId: string): Fact[] => [{ type: 'noted', noted, subjectId }];
