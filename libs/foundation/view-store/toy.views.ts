import type { DomainEvent, RecordedEvent, StudentId } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import { recorded } from '@foundation/testing';
import type { View } from './view';

/** Two small views over invented events, for the specs of the engine and its measurement. */
export type Noted = DomainEvent<'toy.noted', { readonly note: string; readonly amount: number }>;

export const noted = (note: string, amount = 1): Noted => ({ type: 'toy.noted', version: 1, data: { note, amount } });

/** One row per event. */
export const notes: View<Noted | PrivacyEvent> = {
  name: 'notes',
  tables: `
    CREATE TABLE notes (id TEXT PRIMARY KEY, student TEXT, note TEXT NOT NULL, amount INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX notes_by_student ON notes (student, note);`,
  project(db) {
    const upsert = db.prepare(
      `INSERT INTO notes (id, student, note, amount) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET note = excluded.note, amount = excluded.amount`,
    );
    const purge = db.prepare('DELETE FROM notes WHERE student = ?');
    return {
      'toy.noted': ({ id, meta, data }) => void upsert.run(id, meta.student ?? null, data.note, data.amount),
      'privacy.key-destroyed': ({ data }) => void purge.run(data.subject),
    };
  },
};

/** One row per student, and it refuses an amount of -1. */
export const totals: View<Noted | PrivacyEvent> = {
  name: 'totals',
  tables: `
    CREATE TABLE totals (student TEXT PRIMARY KEY, sum INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE totals_seen (id TEXT PRIMARY KEY, student TEXT NOT NULL) WITHOUT ROWID;`,
  project(db) {
    const see = db.prepare('INSERT INTO totals_seen (id, student) VALUES (?, ?) ON CONFLICT DO NOTHING');
    const add = db.prepare('INSERT INTO totals (student, sum) VALUES (?, ?) ON CONFLICT (student) DO UPDATE SET sum = sum + excluded.sum');
    const purge = ['totals', 'totals_seen'].map((table) => db.prepare(`DELETE FROM ${table} WHERE student = ?`));
    return {
      'toy.noted': ({ id, meta: { student = 'none' }, data }) => {
        if (see.run(id, student).changes === 0) return;
        add.run(student, data.amount);
        if (data.amount === -1) throw new RangeError(`Cannot take ${data.note}`);
      },
      'privacy.key-destroyed': ({ data }) => purge.forEach((statement) => statement.run(data.subject)),
    };
  },
};

export const studentAt = (index: number): StudentId => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` as StudentId;

/** `count` notes about 40 students, positions from `first` on. */
export function history(count: number, first = 1): RecordedEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const place = first + index;
    return recorded(noted(`note ${place}`, place % 7), { revision: place, position: place, meta: { student: studentAt(place % 40) } });
  });
}
