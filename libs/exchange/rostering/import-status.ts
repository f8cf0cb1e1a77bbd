import type { ImportId } from '@foundation/kernel';
import type { ImportProgress, ImportReport } from './roster-importer';

export interface ImportStatus {
  readonly import: ImportId;
  /** `needs-confirmation`: nothing was recorded; `interrupted`: the service ended before it did, and the same files again do the rest. */
  readonly status: 'running' | 'finished' | 'needs-confirmation' | 'failed' | 'interrupted';
  /** Of a running import. */
  readonly phase?: 'waiting' | ImportProgress['phase'];
  readonly done: number;
  readonly total: number;
  readonly report?: ImportReport;
}
