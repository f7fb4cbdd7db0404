export interface Note {
  /** A line was left out, or taken with something missing. */
  readonly kind: 'skipped' | 'remark';
  readonly file: 'product' | 'package';
  /** Counted from 1, the header being the first. */
  readonly line: number;
  readonly text: string;
}

/** Who follows an import. */
export interface Listener {
  /** More bytes of the files were read. */
  onBytes(bytes: number): void;
  onLine(note: Note): void;
}
