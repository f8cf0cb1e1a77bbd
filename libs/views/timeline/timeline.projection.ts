import type { StudentId } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import type { View } from '@foundation/view-store/view';
import { erasure } from '../upkeep';
import {
  type CaseEvent,
  caseLine,
  changed,
  type ChangeEvent,
  held,
  type Line,
  lineOf,
  logged,
  observed,
  type RecordKind,
  type Row,
  scheduled,
  type TimelineEvent,
  valuesOf,
} from './line';
import { timelineTables } from './timeline.table';

export const timelineView: View<TimelineEvent | PrivacyEvent> = {
  name: 'timeline',
  tables: timelineTables,
  project(db) {
    const columns = '(id, kind, student, day, at, item, class, author, revision, data, notes)';
    const insert = db.prepare(
      `INSERT OR IGNORE INTO timeline ${columns}
       SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM timeline_erased WHERE student = ?)`,
    );
    const find = db.prepare<[string, RecordKind], Row & { student: StudentId }>('SELECT * FROM timeline WHERE id = ? AND kind = ?');
    const replace = db.prepare(`INSERT OR REPLACE INTO timeline ${columns} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    const purge = db.prepare('DELETE FROM timeline WHERE student = ?');

    const add = (line: Line | undefined): void => {
      if (line) insert.run(...valuesOf(line), line.student);
    };
    const change = (kind: RecordKind, id: string, event: ChangeEvent): void => {
      const row = find.get(id, kind);
      if (row && row.revision < event.revision) replace.run(...valuesOf(changed(lineOf(row.student, row), event)));
    };
    const observation = (event: Extract<ChangeEvent, { data: { observation: unknown } }>) =>
      change('observation', event.data.observation, event);
    const entry = (event: Extract<ChangeEvent, { data: { entry: unknown } }>) => change('accommodation-entry', event.data.entry, event);
    const session = (event: Extract<ChangeEvent, { data: { session: unknown } }>) => change('session', event.data.session, event);
    const caseEvent = (event: CaseEvent): void => add(caseLine(event));
    return {
      'observations.observation-recorded': (event) => add(observed(event)),
      'observations.observation-corrected': observation,
      'observations.observation-voided': observation,
      'observations.observation-disputed': observation,
      'accommodations.entry-recorded': (event) => add(logged(event)),
      'accommodations.entry-corrected': entry,
      'accommodations.entry-voided': entry,
      'accommodations.entry-disputed': entry,
      'sessions.session-scheduled': (event) => add(scheduled(event)),
      'sessions.session-outcome-recorded': (event) => (event.revision === 0 ? add(held(event)) : session(event)),
      'sessions.session-corrected': session,
      'sessions.session-voided': session,
      'sessions.session-disputed': session,
      'plans.plan-activated': caseEvent,
      'plans.plan-amended': caseEvent,
      'plans.plan-ended': caseEvent,
      'students.team-member-assigned': caseEvent,
      'students.team-assignment-ended': caseEvent,
      'students.profile-written': caseEvent,
      'students.case-opened': caseEvent,
      'students.case-closed': caseEvent,
      ...erasure(db, 'timeline', { student: (student) => void purge.run(student) }),
    };
  },
};
