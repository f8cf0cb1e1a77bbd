import type { Instant } from '@foundation/kernel';
import { amendment, ana, day, district, items, logOf, sam, samErased, serve } from '../testing';

describe('plan in force', () => {
  const { plans } = serve(logOf([...district, amendment]));

  it('answers with the version of the day: last week unchanged, next week new', () => {
    const on = (text: string) => plans.inForceNow(sam, day(text)).inForce[0];
    expect(on('2026-02-27')).toMatchObject({ version: 1, nextFrom: '2026-03-02', services: [{ minutes: 30 }] });
    expect(on('2026-02-27')?.services[0]?.obligation).toEqual({ week: '2026-02-23', sessions: 2, minutes: 60 });
    expect(on('2026-03-02')).toMatchObject({ version: 2, agreement: { reason: 'Samuel needs more' } });
    expect(on('2026-03-02')?.services[0]?.obligation).toEqual({ week: '2026-03-02', sessions: 2, minutes: 90 });
    expect(on('2025-08-31')).toBeUndefined();
  });

  it('carries items, clocks and the acknowledgements of that version', () => {
    const first = plans.inForceNow(sam, day('2026-02-27')).inForce[0];
    expect(first?.goals.map(({ goal }) => goal)).toEqual([items.help, items.calls]);
    expect(first?.accommodations.map(({ label }) => label)).toEqual(['Extra time']);
    expect(first?.clocks).toEqual({
      meetingOn: '2025-08-28',
      annualReviewDue: '2026-08-28',
      evaluatedOn: '2025-01-10',
      reevaluationDue: '2028-01-10',
    });
    expect(first?.acknowledgements.map(({ staff }) => staff)).toEqual([ana]);
    expect(plans.inForceNow(sam, day('2026-03-02')).inForce[0]?.acknowledgements).toEqual([]);
  });

  it('answers as of an instant with what was recorded by then', async () => {
    const at = (asOf: string) => plans.inForce(sam, { on: day('2026-03-02'), asOf: asOf as Instant });
    expect((await at('2026-02-26T00:00:00.000Z')).inForce[0]).toMatchObject({ version: 1, services: [{ minutes: 30 }] });
    expect((await at('2026-03-01T00:00:00.000Z')).inForce).toEqual(plans.inForceNow(sam, day('2026-03-02')).inForce);
    expect((await at('2025-01-01T00:00:00.000Z')).inForce).toEqual([]);
  });

  it('shows writers the drafts', () => {
    const drafting = serve(logOf(district.filter(({ event }) => !/activated|acknowledged/.test(event.type))));
    expect(drafting.plans.inForceNow(sam, day('2026-03-02'))).toMatchObject({ inForce: [], drafts: [{ promise: { status: 'draft' } }] });
  });

  it('forgets an erased child', () => {
    const after = serve(logOf([...district, samErased]));
    expect(after.plans.ofStudent(sam)).toEqual([]);
    expect(after.plans.plan(items.plan)).toBeUndefined();
  });
});
