import type { LocalDate } from '../calendar.ts';
import { type Pack, type PackRef, refOf } from './pack.ts';

/** Every version of every pack, to be asked by place and day or by name. */
export interface Packs {
  /** Those that hold there on that day: of the subdivision, if it has one, and of its country. None: nothing is known. */
  inForce(jurisdiction: string | null, day: LocalDate): Pack[];
  /** Those a signature names. Throws for one that is gone: versions stay for as long as signatures name them. */
  named(refs: readonly PackRef[]): Pack[];
}

export function packsOf(packs: readonly Pack[]): Packs {
  const byRef = new Map(packs.map((pack) => [refOf(pack), pack]));
  const newestFirst = [...packs].sort((a, b) => b.version - a.version);
  return {
    inForce(jurisdiction, day) {
      if (jurisdiction === null) return [];
      const places = [...new Set([jurisdiction, jurisdiction.slice(0, 2)])];
      return places.flatMap((place) => {
        const found = newestFirst.find((pack) => pack.jurisdiction === place && pack.validFrom <= day);
        return found ? [found] : [];
      });
    },
    named: (refs) =>
      refs.map((ref) => {
        const pack = byRef.get(ref);
        if (!pack) throw new Error(`A signature was made under policy pack ${ref}, which is not installed.`);
        return pack;
      }),
  };
}
