import { amendment, ana, day, district, items, liv, logOf, places, practice, sam, samErased, serve, tom } from '../testing';

const on = day('2026-03-05');

describe('caseload', () => {
  const { caseload } = serve(logOf([...district, amendment, ...practice]));
  const row = (date = on) => caseload.caseload({ staff: tom, on: date }).items[0];

  it('shows the open cases of schools or of a person', () => {
    expect(caseload.caseload({ schools: [places.school], on }).items.map(({ student }) => student.student)).toEqual([sam]);
    expect(caseload.caseload({ staff: liv, on }).items).toHaveLength(1);
    expect(caseload.caseload({ staff: liv, on: day('2025-08-01') }).items).toEqual([]);
    expect(caseload.caseload({ on }).items).toEqual([]);
  });

  it('gives goals with their last day of data', () => {
    expect(row()?.goals).toEqual([
      { goal: items.help, label: 'Asks for help', lastDataDay: '2026-02-25' },
      expect.objectContaining({ goal: items.calls, lastDataDay: '2026-03-04' }),
    ]);
    expect(row()?.lastDataDay).toBe('2026-03-04');
    expect(row(day('2026-01-05'))).toMatchObject({ goals: [{ goal: items.help, label: 'Asks for help' }, { goal: items.calls }] });
  });

  it('counts the week from Monday, against the version in force', () => {
    expect(row(day('2026-02-27'))?.week).toEqual({
      start: '2026-02-23',
      delivered: 1,
      partial: 0,
      missed: 0,
      scheduled: 0,
      deliveredSeconds: 1800,
      plannedMinutes: 60,
    });
    expect(row()?.week).toMatchObject({
      start: '2026-03-02',
      delivered: 0,
      missed: 1,
      scheduled: 1,
      deliveredSeconds: 0,
      plannedMinutes: 90,
    });
    expect(row(day('2026-03-09'))?.week).toMatchObject({ delivered: 1, deliveredSeconds: 2400 });
  });

  it('gives what is due and who has not acknowledged', () => {
    expect(row()?.due).toEqual({ annualReview: '2026-08-28', reevaluation: '2028-01-10' });
    expect(row(day('2026-02-27'))?.unacknowledged).toBe(3);
    expect(row()?.unacknowledged).toBe(4);
  });

  it('forgets an erased child', () => {
    expect(serve(logOf([...district, ...practice, samErased])).caseload.caseload({ staff: ana, on }).items).toEqual([]);
  });
});
