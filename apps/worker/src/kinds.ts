import type { JobKind } from '@foundation/jobs';
import { mailDigest, makeDigest } from '@exchange/digest';
import { produceExport } from '@exchange/exports';

/** Every kind of job that there is. */
export const JOB_KINDS: readonly JobKind[] = [produceExport, makeDigest, mailDigest];
