import type { Asker } from '../rate-limits/asker.ts';
import type { RequestContext } from '../request-context.ts';

/** What an operation that came over HTTP carries besides. */
export interface HttpContext extends RequestContext {
  /** Whose budget it is paid from. */
  readonly asker: Asker;
}
