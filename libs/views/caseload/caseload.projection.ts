import type { Outcome, SessionsEvent } from '@case/sessions/events';
import { localDateOf, weekStart } from '@foundation/calendar';
import type { RecordedEvent, ServiceId, SessionId, StudentId, ZonedInstant } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import type { View } from '@foundation/view-store/view';
import { erasure } from '../upkeep';
import { caseloadTables } from './caseload.table';

export type SessionState = 'scheduled' | 'delivered' | 'partial' | 'missed' | 'voided';

interface Found {
  readonly student: StudentId;
  readonly service: ServiceId;
  readonly state: SessionState;
  readonly revision: number;
}

export const caseloadView: View<SessionsEvent | PrivacyEvent> = {
  name: 'caseload',
  tables: caseloadTables,
  project(db) {
    const insert = db.prepare(
      `INSERT OR IGNORE INTO caseload (student, week, session, service, state, seconds, revision)
       SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM caseload_erased WHERE student = ?)`,
    );
    const find = db.prepare<[SessionId], Found>('SELECT student, service, state, revision FROM caseload WHERE session = ?');
    const remove = db.prepare('DELETE FROM caseload WHERE session = ?');
    const setVoid = db.prepare(`UPDATE caseload SET state = 'voided', revision = ? WHERE session = ? AND revision < ?`);
    const purge = db.prepare('DELETE FROM caseload WHERE student = ?');

    /** The latest word on a session stands; it may move it to another week. */
    const put = (
      { revision }: RecordedEvent<SessionsEvent>,
      to: { student: StudentId; session: SessionId; service: ServiceId },
      stands: { start: ZonedInstant; state: SessionState; seconds: number },
    ): void => {
      const week = weekStart(localDateOf(stands.start));
      insert.run(to.student, week, to.session, to.service, stands.state, stands.seconds, revision, to.student);
    };
    const replace = (event: RecordedEvent<SessionsEvent>, session: SessionId, outcome: Outcome): void => {
      const found = find.get(session);
      if (!found || found.state === 'voided' || found.revision >= event.revision) return;
      remove.run(session);
      put(event, { session, ...found }, standing(outcome));
    };
    return {
      'sessions.session-scheduled': (event) => {
        const { start, plannedSeconds } = event.data;
        if (!find.get(event.data.session)) put(event, event.data, { start, state: 'scheduled', seconds: plannedSeconds });
      },
      'sessions.session-outcome-recorded': (event) => {
        if (event.revision === 0) put(event, event.data, standing(event.data.outcome));
        else replace(event, event.data.session, event.data.outcome);
      },
      'sessions.session-corrected': (event) => replace(event, event.data.session, event.data.outcome),
      'sessions.session-voided': (event) => void setVoid.run(event.revision, event.data.session, event.revision),
      ...erasure(db, 'caseload', { student: (student) => void purge.run(student) }),
    };
  },
};

/** Seconds from start to end, or planned ones of a miss. */
function standing(outcome: Outcome): { start: ZonedInstant; state: SessionState; seconds: number } {
  if (outcome.kind === 'missed') return { start: outcome.plannedStart, state: 'missed', seconds: outcome.plannedSeconds };
  const { kind, start, end } = outcome;
  return { start, state: kind, seconds: Math.round((Date.parse(end.at) - Date.parse(start.at)) / 1000) };
}
