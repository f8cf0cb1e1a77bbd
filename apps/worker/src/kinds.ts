import type { JobKind } from '@foundation/jobs';
import { mailDigest, makeDigest } from '@exchange/digest';
import { produceExport } from '@exchange/exports';
import { runImport } from '@exchange/rostering';

/** What both shapes do as jobs. */
export const JOB_KINDS: readonly JobKind[] = [produceExport, makeDigest, mailDigest];
/** Besides, what one process does by itself and a cluster's workers do for every API. */
export const CLUSTER_JOB_KINDS: readonly JobKind[] = [...JOB_KINDS, runImport];
