import type { StoredEvent } from '@foundation/event-store';
import { defineJob, jobIdOf, type JobQueue, type Policy } from '@foundation/jobs';
import type { ExportId, StudentId } from '@foundation/kernel';
import { exportProduced, exportRequested } from './events';

/** One at a time: an archive is built in memory, in a thread of its own. */
export const produceExport = defineJob<{ export: ExportId; student: StudentId }>({
  name: 'exports.produce-export',
  queue: 'exports',
  attempts: 5,
  backoffMs: 2000,
  concurrency: 1,
});

export const exportJobId = (id: ExportId) => jobIdOf(produceExport, id);

/** Whoever asked gets a copy: a request without `export-produced` is found again after any loss. */
export function producingExports(queue: Pick<JobQueue, 'enqueue'>, isErased: (student: StudentId) => Promise<boolean>): Policy {
  return {
    name: 'exports.producing',
    types: [exportRequested.type, exportProduced.type],
    meaning: (event) => (event.type === exportRequested.type ? { opens: dataOf(event).export } : { settles: dataOf(event).export }),
    async act(cause) {
      const { export: id, student } = dataOf(cause);
      // Of an erased child there is nothing to hand out, ever.
      if (await isErased(student)) return;
      await queue.enqueue(produceExport, exportJobId(id), { export: id, student });
    },
  };
}

/** Nothing in these events is sealed. */
const dataOf = ({ data }: StoredEvent) => data as { readonly export: ExportId; readonly student: StudentId };
