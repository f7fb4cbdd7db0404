export interface Note {
  /** A line was left out, or taken with something missing. */
  readonly kind: 'skipped' | 'remark';
  readonly file: string;
  /** Counted from 1, a header being the first. */
  readonly line: number;
  readonly text: string;
}

/** Who follows an import. */
export interface Listener {
  /** More bytes of the files were read. */
  onBytes(bytes: number): void;
  onLine(note: Note): void;
}

/** Counts what is left out, and passes everything on. */
export function countingListener(listener: Listener) {
  const counts = { skipped: 0, remarks: 0 };
  return {
    counts,
    onBytes: (bytes: number) => listener.onBytes(bytes),
    onLine(note: Note) {
      counts[note.kind === 'skipped' ? 'skipped' : 'remarks'] += 1;
      listener.onLine(note);
    },
  };
}
