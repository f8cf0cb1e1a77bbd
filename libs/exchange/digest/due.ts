import { addDays, weekday } from '@foundation/calendar';
import type { LocalDate } from '@foundation/kernel';
import type { CaseloadRow } from '@views/caseload';

export const REVIEW_DAYS = 30;
export const SILENT_SCHOOL_DAYS = 14;

export interface Due {
  readonly reviewsDue: number;
  readonly sessionsMissed: number;
  readonly goalsWithoutData: number;
}

export const NOTHING_DUE: Due = { reviewsDue: 0, sessionsMissed: 0, goalsWithoutData: 0 };

/** Monday to Friday: the school's own closed days are not known here. */
export const isSchoolDay = (day: LocalDate): boolean => weekday(day) <= 5;

export function schoolDaysBefore(day: LocalDate, count: number): LocalDate {
  let before = day;
  for (let left = count; left > 0;) {
    before = addDays(before, -1);
    if (isSchoolDay(before)) left--;
  }
  return before;
}

/** What of one child needs looking at on a day; `row` is of the school day before. */
export function dueOf({ due, week, goals }: Pick<CaseloadRow, 'due' | 'week' | 'goals'>, today: LocalDate): Due {
  const soon = addDays(today, REVIEW_DAYS);
  const silentSince = schoolDaysBefore(today, SILENT_SCHOOL_DAYS);
  return {
    reviewsDue: [due.annualReview, due.reevaluation].filter((day) => day !== undefined && day <= soon).length,
    sessionsMissed: week.missed,
    goalsWithoutData: goals.filter(({ lastDataDay }) => lastDataDay === undefined || lastDataDay < silentSince).length,
  };
}

export const added = (one: Due, other: Due): Due => ({
  reviewsDue: one.reviewsDue + other.reviewsDue,
  sessionsMissed: one.sessionsMissed + other.sessionsMissed,
  goalsWithoutData: one.goalsWithoutData + other.goalsWithoutData,
});
