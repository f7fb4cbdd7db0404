import pg from 'pg';

type Answer = pg.QueryResult;
type Message = { fields: unknown[] };

/** What pg's own Query does and its types do not show. */
interface Query {
  text: string;
  name: string | undefined;
  callback: (error: Error | null, answer?: Answer) => void;
  submit(wire: Wire): Error | null;
  handleRowDescription(message: Message): void;
  handleDataRow(message: Message): void;
  handleCommandComplete(message: object, wire: Wire): void;
  handleEmptyQuery(wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
}
/** As little of pg's own Connection as is used here. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  describe(message: object): void;
  sync(): void;
  _send(bytes: Buffer): void;
}
const PgQuery = pg.Query as unknown as new (
  config: pg.QueryConfig,
  callback?: (error: Error | null, answer?: Answer) => void,
) => Query;

interface Waiting {
  config: pg.QueryConfig;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}
const waiting = new WeakMap<pg.ClientBase, Waiting[]>();

/**
 * Runs a statement together with all others that are sent on this connection before the current turn ends: one write,
 * one Sync, one answer. PostgreSQL then answers with one write too, where it would answer each Sync with one. After a
 * failure it skips the rest of the batch, which fails with the same error. Without BEGIN, a batch is a transaction.
 */
export function sendTogether(client: pg.ClientBase, config: pg.QueryConfig): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const statement = { config, resolve, reject };
    const batch = waiting.get(client);
    if (batch) return void batch.push(statement);
    const begun = [statement];
    waiting.set(client, begun);
    process.nextTick(() => {
      waiting.delete(client);
      client.query(new Batch(begun) as unknown as pg.Submittable);
    });
  });
}

/** Tells the server that the batch is complete: it commits or skips to here, and answers. */
const syncMessage = Buffer.from([0x53, 0, 0, 0, 4]);

/** What is known of one connection between its batches. */
interface Desk {
  /** The connection, except that it collects what it is told to write, and leaves out what a batch needs once or never. */
  readonly recorder: Wire;
  readonly written: Buffer[];
  /** Columns of each prepared statement's answer by its name; null where it answers no rows. Asked for once. */
  readonly columns: Map<string, unknown[] | null>;
  describes: boolean;
}
const desks = new WeakMap<Wire, Desk>();

function deskOf(wire: Wire): Desk {
  let desk = desks.get(wire);
  if (!desk) desks.set(wire, (desk = newDesk(wire)));
  return desk;
}

function newDesk(wire: Wire): Desk {
  const written: Buffer[] = [];
  const recorder = Object.create(wire) as Wire;
  const desk: Desk = { recorder, written, columns: new Map(), describes: true };
  recorder._send = (bytes) => void written.push(bytes);
  recorder.sync = () => {};
  recorder.describe = (message) => {
    if (desk.describes) wire.describe.call(recorder, message);
  };
  return desk;
}

/** Statements with one Sync behind them. To pg it is one Query, as which it is sent, timed out and ended. */
class Batch extends PgQuery {
  readonly #statements: readonly Waiting[];
  readonly #parts: Query[] = [];
  /** Names of the statements that are prepared by this batch. */
  readonly #prepares: string[] = [];
  #columns: Desk['columns'] = new Map();
  /** Which part the server speaks of now. */
  #at = 0;

  constructor(statements: readonly Waiting[]) {
    super({ text: '' }, () => {});
    this.#statements = statements;
  }

  override submit(wire: Wire): Error | null {
    const desk = deskOf(wire);
    this.#columns = desk.columns;
    for (const { config, resolve, reject } of this.#statements) {
      // Also a text without values: the simple protocol has no place between two Syncs.
      const extended = { ...config, queryMode: 'extended' };
      const part = new PgQuery(extended, (error, answer) => (error ? reject(error) : resolve(answer!)));
      if (part.name && !isPrepared(part.name, wire)) this.#prepares.push(part.name);
      const columns = part.name === undefined ? undefined : desk.columns.get(part.name);
      desk.describes = columns === undefined;
      const failure = failureOf(part, () => part.submit(desk.recorder));
      this.#parts.push(part);
      if (columns) part.handleRowDescription({ fields: columns });
      // Nothing is sent then: what stands before it must not be done without it.
      if (failure) {
        desk.written.length = 0;
        return failure;
      }
    }
    wire._send(Buffer.concat([...desk.written.splice(0), syncMessage]));
    this.#turnTo(0);
    return null;
  }

  override handleRowDescription(message: Message): void {
    if (this.name) this.#columns.set(this.name, message.fields);
    this.#part?.handleRowDescription(message);
  }

  override handleDataRow(message: Message): void {
    this.#part?.handleDataRow(message);
  }

  override handleCommandComplete(message: object, wire: Wire): void {
    this.#part?.handleCommandComplete(message, wire);
    if (this.name && !this.#columns.has(this.name)) this.#columns.set(this.name, null);
    this.#turnTo(this.#at + 1);
  }

  override handleEmptyQuery(): void {
    this.#turnTo(this.#at + 1);
  }

  override handleReadyForQuery(wire: Wire): void {
    for (const part of this.#parts) part.handleReadyForQuery(wire);
    this.callback(null);
  }

  override handleError(error: Error, wire: Wire): void {
    for (const part of this.#parts.slice(0, this.#at)) part.handleReadyForQuery(wire);
    for (const { reject } of this.#statements.slice(this.#at)) reject(error);
    // pg takes a statement for prepared as soon as it is sent; those behind the failure were skipped.
    for (const name of this.#prepares)
      if (!wire.parsedStatements[name]) delete wire.submittedNamedStatements[name];
    this.callback(error);
  }

  get #part(): Query | undefined {
    return this.#parts[this.#at];
  }

  /** pg notes what was parsed under the name and text of the query in hand. */
  #turnTo(at: number): void {
    this.#at = at;
    this.name = this.#part?.name;
    this.text = this.#part?.text ?? '';
  }
}

const isPrepared = (name: string, { parsedStatements, submittedNamedStatements }: Wire) =>
  name in parsedStatements || name in submittedNamedStatements;

/** pg reports a value it cannot send to the query's callback, and answers a name used twice. */
function failureOf(part: Query, submit: () => Error | null): Error | null {
  const { callback } = part;
  let failure: Error | null = null;
  part.callback = (error) => (failure = error);
  failure = submit() ?? failure;
  part.callback = callback;
  return failure;
}
