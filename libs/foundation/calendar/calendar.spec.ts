import fc from 'fast-check';
import type { Instant, LocalDate } from '@foundation/kernel';
import { addDays, addYears, daysBetween, inZone, localDate, localDateOf, weekStart, zonedInstant } from '.';

const day = (text: string) => text as LocalDate;

describe('calendar', () => {
  it('knows which days exist', () => {
    expect(localDate('2026-02-29')).toBeUndefined();
    expect(localDate('2024-02-29')).toBe('2024-02-29');
    expect(localDate('2026-2-9')).toBeUndefined();
  });

  it('goes from 29 February to 28 February a year later', () => {
    expect(addYears(day('2024-02-29'), 1)).toBe('2025-02-28');
    expect(addYears(day('2024-02-29'), 4)).toBe('2028-02-29');
  });

  it('starts weeks on Monday', () => {
    expect(weekStart(day('2026-03-08'))).toBe('2026-03-02');
    expect(weekStart(day('2026-03-02'))).toBe('2026-03-02');
  });

  it('keeps a late Honolulu afternoon on its own day', () => {
    const when = zonedInstant('2026-04-30T16:30:00-10:00', 'Pacific/Honolulu');
    expect(when).toEqual({ at: '2026-05-01T02:30:00.000Z', offset: '-10:00', zone: 'Pacific/Honolulu' });
    expect(typeof when === 'object' && localDateOf(when)).toBe('2026-04-30');
  });

  it('refuses an hour that the spring change skipped, with either offset', () => {
    expect(zonedInstant('2026-03-08T02:30:00-05:00', 'America/New_York')).toBe('no-such-local-time');
    expect(zonedInstant('2026-03-08T02:30:00-04:00', 'America/New_York')).toBe('no-such-local-time');
  });

  it('tells the two autumn hours apart by their offset', () => {
    expect(zonedInstant('2026-11-01T01:30:00-04:00', 'America/New_York')).toMatchObject({ at: '2026-11-01T05:30:00.000Z' });
    expect(zonedInstant('2026-11-01T01:30:00-05:00', 'America/New_York')).toMatchObject({ at: '2026-11-01T06:30:00.000Z' });
    expect(zonedInstant('2026-11-01T01:30:00', 'America/New_York')).toBe('no-offset');
  });

  it('law: adding days and counting them are inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: -3000, max: 3000 }), (start, days) => {
        const from = addDays(day('1990-01-01'), start);
        expect(daysBetween(from, addDays(from, days))).toBe(days);
      }),
    );
  });

  it('law: a wall-clock time read back names the same instant', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        fc.constantFrom('America/New_York', 'Pacific/Honolulu', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
        (date, zone) => {
          const when = inZone(date.toISOString() as Instant, zone);
          const wall = new Date(
            Date.parse(when.at) + (Date.parse(`2000-01-01T00:00:00Z`) - Date.parse(`2000-01-01T00:00:00${when.offset}`)),
          );
          expect(zonedInstant(wall.toISOString().replace('Z', when.offset), zone)).toEqual(when);
        },
      ),
    );
  });
});
