import type { JobKind } from '@foundation/jobs';
import { produceExport } from '@exchange/exports';

/** Every kind of job that there is. */
export const JOB_KINDS: readonly JobKind[] = [produceExport];
