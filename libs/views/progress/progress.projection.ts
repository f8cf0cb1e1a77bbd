import type { ObservationsEvent } from '@case/observations/events';
import type { ObservationId, RecordedEvent } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import type { View } from '@foundation/view-store/view';
import { erasure } from '../upkeep';
import { progressTables } from './progress.table';
import { evolveSeen, seenOf, type SeenRow, valuesOf } from './seen';

export const progressView: View<ObservationsEvent | PrivacyEvent> = {
  name: 'progress',
  tables: progressTables,
  project(db) {
    const columns = '(record, student, goal, day, at, revision, counts, data)';
    const insert = db.prepare(
      `INSERT OR IGNORE INTO progress ${columns}
       SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM progress_erased WHERE student = ?)`,
    );
    const find = db.prepare<[ObservationId], SeenRow>('SELECT * FROM progress WHERE record = ?');
    const replace = db.prepare(`INSERT OR REPLACE INTO progress ${columns} VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    const purge = db.prepare('DELETE FROM progress WHERE student = ?');

    const change = (event: RecordedEvent<Exclude<ObservationsEvent, { type: 'observations.observation-recorded' }>>): void => {
      const row = find.get(event.data.observation);
      const next = row && row.revision < event.revision && evolveSeen(seenOf(row), event);
      if (next) replace.run(...valuesOf(next));
    };
    return {
      'observations.observation-recorded': (event) => {
        const seen = evolveSeen(undefined, event);
        if (seen) insert.run(...valuesOf(seen), seen.student);
      },
      'observations.observation-corrected': change,
      'observations.observation-voided': change,
      'observations.observation-disputed': change,
      ...erasure(db, 'progress', { student: (student) => void purge.run(student) }),
    };
  },
};
