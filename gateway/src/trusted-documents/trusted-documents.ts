import type { Log } from '@carethread/service-kit/log.ts';
import { GraphQLError } from 'graphql';
import { followFiles } from '../follow-files.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Caller } from '../sign-in/caller.ts';
import { type ClientKind, clientKind } from '../sign-in/client-kind.ts';
import { readRegistry, type Registry, registryOf, sha256, textsOf } from './registry.ts';
import type { TrustMode, TrustSettings } from './trust-settings.ts';

/** How a request says which document it means: by its text, by its hash, or both. */
export interface AskedDocument {
  query?: unknown;
  /** `sha256:<hex>`, of GraphQL over HTTP's appendix on persisted documents. */
  documentId?: unknown;
  extensions?: unknown;
}

const operationName = /\b(?:query|mutation|subscription)\s+(\w+)/;

/** The documents that were registered for clients, and what is done about others. The same at every door. */
export class TrustedDocuments {
  readonly #files: readonly string[];
  #registry: Registry;
  /** As they were when they were taken over, or refused, last. */
  #texts: readonly string[] | null = null;
  readonly #modes: Readonly<Record<ClientKind, TrustMode>>;
  readonly #metrics: GatewayMetrics;
  readonly #log: Log;

  /** Throws a ConfigError when the registry is not as it should be. */
  constructor(settings: TrustSettings, metrics: GatewayMetrics, log: Log) {
    this.#files = settings.TRUSTED_DOCUMENTS_FILES;
    this.#registry = readRegistry(this.#files);
    this.#modes = { app: settings.TRUSTED_DOCUMENTS, partner: settings.TRUSTED_DOCUMENTS_PARTNERS };
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Follows the files until it is stopped: a new release of a client registers its documents while we run. */
  follow(): () => void {
    return this.#files.length === 0 ? () => {} : followFiles(() => this.check());
  }

  /** Takes over changed files; some that are missing or broken are reported once and the registry stays as it is. */
  async check(): Promise<void> {
    const texts = await textsOf(this.#files);
    if (texts === null || texts.every((text, at) => text === this.#texts?.[at])) return;
    const first = this.#texts === null;
    this.#texts = texts;
    try {
      this.#registry = registryOf(this.#files, texts);
      if (!first) this.#log.info({ documents: this.#registry.size }, 'trusted documents reloaded');
    } catch (error) {
      this.#log.error({ error }, 'trusted documents refused, the former ones stay in use');
    }
  }

  /** The text that is meant; undefined when the request names none. Throws for an unknown hash, or one of another text. */
  textOf(asked: AskedDocument): string | undefined {
    const given = typeof asked.query === 'string' && asked.query !== '' ? asked.query : undefined;
    const id = idIn(asked);
    if (id === null) return given;
    if (given === undefined) {
      const text = this.#registry.get(id);
      if (text === undefined) throw notFound();
      return text;
    }
    if (sha256(given) !== id) throw mismatch();
    return given;
  }

  /** Counts the use of a document. Throws DOCUMENT_NOT_TRUSTED where this client may send registered ones only. */
  admit(text: string, caller: Caller | null, requestId: string): void {
    const client = clientKind(caller);
    const hash = sha256(text);
    const isRegistered = this.#registry.has(hash);
    // Only registered ones by name: whoever invents documents must not fill the memory of our metrics.
    const document = isRegistered
      ? `${operationName.exec(text)?.[1] ?? 'unnamed'}:${hash.slice(0, 8)}`
      : 'other';
    this.#metrics.documents.inc({ document, client });
    if (isRegistered) return;
    const mode = this.#modes[client];
    if (mode === 'log') this.#log.info({ client, hash, requestId }, 'document is not registered');
    if (mode === 'enforce') throw notTrusted();
  }
}

/** The hash a request names, by either convention; null when it names none. */
function idIn({ documentId, extensions }: AskedDocument): string | null {
  const more = isObject(extensions) ? extensions : {};
  const persisted = more['persistedQuery'];
  const id = documentId ?? more['documentId'] ?? (isObject(persisted) ? persisted['sha256Hash'] : undefined);
  if (id === undefined || id === null) return null;
  return typeof id === 'string' ? id.replace(/^sha256:/, '').toLowerCase() : '';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const refusal = (code: string, status: number, message: string) =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
/** In the words Apollo's clients know. */
const notFound = () => refusal('PERSISTED_QUERY_NOT_FOUND', 404, 'PersistedQueryNotFound');
const mismatch = () => refusal('DOCUMENT_MISMATCH', 400, 'The hash is not that of the text it came with.');
const notTrusted = () =>
  refusal('DOCUMENT_NOT_TRUSTED', 403, 'This client may send registered documents only.');
