import { addDays, daysBetween } from '@foundation/calendar';
import { type EventOf, id, type LocalDate, newId, type StudentId } from '@foundation/kernel';
import { given } from '@foundation/testing';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { csv } from './csv';
import { exportProduced, exportRequested } from './events';
import { exportDecider } from './export';

const asked = exportRequested.sample as EventOf<typeof exportRequested>['data'];
const produced = exportProduced.sample as EventOf<typeof exportProduced>['data'];
const today = '2026-03-05' as LocalDate;
const request = { kind: 'request', export: asked.export, student: asked.student, askedOn: asked.askedOn, today } as const;

describe('an export', () => {
  it('is owed 45 days after the family asked', () => {
    given(exportDecider)
      .when(request)
      .then(exportRequested.of({ ...asked, dueOn: '2026-04-17' as LocalDate }));
  });
  it('is asked for once under an id', () => {
    given(exportDecider, [exportRequested.of(asked)])
      .when(request)
      .then();
    given(exportDecider, [exportRequested.of(asked)])
      .when({ ...request, askedOn: '2026-03-01' as LocalDate })
      .thenRefused('export-exists');
    given(exportDecider, [exportRequested.of(asked)])
      .when({ ...request, student: newId<StudentId>() })
      .thenRefused('export-exists');
  });
  it('is not asked for tomorrow', () => {
    given(exportDecider)
      .when({ ...request, askedOn: addDays(today, 1) })
      .thenRefused('asked-in-the-future', ['/askedOn']);
    given(exportDecider)
      .when({ ...request, askedOn: today })
      .then(exportRequested.of({ ...asked, askedOn: today, dueOn: '2026-04-19' as LocalDate }));
  });
  it('is produced once, for the child it was asked for', () => {
    given(exportDecider, [exportRequested.of(asked)])
      .when({ kind: 'produced', ...produced })
      .then(exportProduced.of(produced));
    given(exportDecider, [exportRequested.of(asked), exportProduced.of(produced)])
      .when({ kind: 'produced', ...produced, sha256: 'other' })
      .then();
    given(exportDecider)
      .when({ kind: 'produced', ...produced })
      .thenRefused('export-not-found');
    given(exportDecider, [exportRequested.of(asked)])
      .when({ kind: 'produced', ...produced, student: id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c09') })
      .thenRefused('export-not-found');
  });
  it('runs its clock in calendar days, over any end of month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), (days) => {
        const askedOn = addDays('2024-01-01' as LocalDate, days);
        const { events } = given(exportDecider).when({ ...request, askedOn, today: askedOn });
        return daysBetween(askedOn, (events[0]?.data as typeof asked).dueOn) === 45;
      }),
    );
  });
});

describe('a table of an export', () => {
  it('reads as what was written, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 })), (rows) => {
        const text = csv(rows, { first: ([one]) => one, second: ([, two]) => two });
        const [header, ...read] = parse(text, { bom: true, record_delimiter: '\r\n', relax_column_count: false }) as string[][];
        expect(header).toEqual(['first', 'second']);
        const harmless = (cell: string | undefined) => cell?.replace(/^'(?=[=+\-@\t\r])/, '');
        expect(read.map((row) => row.map(harmless))).toEqual(rows.map((row) => row.map(harmless)));
      }),
    );
  });
  it('holds no formula', () => {
    const text = csv(['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\tx', '-2.5', 'plain'], { cell: (one) => one });
    expect(text.split('\r\n').slice(1, -1)).toEqual(["'=1+1", "'+cmd|x", "'-2+3", "'@SUM(A1)", "'\tx", '-2.5', 'plain']);
  });
});
