import { z } from 'zod';

/** Whether documents that nobody registered are run, run and noted, or refused. */
const mode = z.enum(['off', 'log', 'enforce']).default('off');
export type TrustMode = z.infer<typeof mode>;

export const trustSettings = {
  /** Registry files, separated by commas: those of former releases of the clients as well. */
  TRUSTED_DOCUMENTS_FILES: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((part) => part.trim()))
    .transform((parts): readonly string[] => parts.filter((part) => part !== '')),
  /** For our own clients, signed in or not. */
  TRUSTED_DOCUMENTS: mode,
  /** For service accounts: partners write their own queries, within their budget. */
  TRUSTED_DOCUMENTS_PARTNERS: mode,
};
export type TrustSettings = z.infer<z.ZodObject<typeof trustSettings>>;
