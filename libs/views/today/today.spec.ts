import { ana, day, eva, idOf, items, liv, mia, places, sam, samErased, serve, tom, logOf, district, wholeStory } from '../testing';

describe('today', () => {
  const { today } = serve(wholeStory());
  const child = (staff = ana, on = '2026-03-03') => today.today(staff, day(on)).children[0];

  it('shows the children of the day, by the name they go by', () => {
    expect(today.today(ana, day('2026-03-03')).children.map(({ student }) => student)).toEqual([sam]);
    expect(child()).toMatchObject({ firstName: 'Sammy', initials: 'SR', hasProfile: true, parts: [{ role: 'aide', covering: false }] });
    expect(today.today(ana, day('2026-03-21')).children).toEqual([]);
    expect(today.today(mia as never, day('2026-03-03')).children).toEqual([]);
  });

  it('says whether this person acknowledged the version in force', () => {
    expect(child(ana, '2026-02-27')?.plans).toEqual([{ plan: items.plan, version: 1, acknowledged: true }]);
    expect(child(ana, '2026-03-03')?.plans).toEqual([{ plan: items.plan, version: 2, acknowledged: false }]);
    expect(child(tom, '2026-02-27')?.plans[0]?.acknowledged).toBe(false);
  });

  it('shows each accommodation in each class with the entry that counts, or unlogged', () => {
    expect(child()?.accommodations).toEqual([
      expect.objectContaining({
        class: places.math,
        title: 'Math 3A',
        label: 'Extra time',
        state: { kind: 'provided', outcome: 'used' },
        entry: idOf('e1'),
      }),
      expect.objectContaining({ class: places.reading, state: { kind: 'unlogged' } }),
    ]);
  });

  it('shows goals with what today has so far, and sessions', () => {
    expect(child()?.goals).toEqual([
      expect.objectContaining({ goal: items.help, startPrompt: 'verbal', records: 0, trials: 0 }),
      expect.objectContaining({ goal: items.calls, records: 1, value: 4 }),
    ]);
    expect(child(ana, '2026-02-24')?.goals[0]).toMatchObject({ records: 2, trials: 12 });
    expect(child(liv)?.sessions).toEqual([expect.objectContaining({ session: idOf('s2'), discipline: 'speech', state: 'missed' })]);
    expect(child(liv, '2026-03-05')?.sessions).toEqual([expect.objectContaining({ session: idOf('s4'), state: 'scheduled' })]);
  });

  it('shows a teacher the classes of the assignment only', () => {
    expect(child(eva)?.goals.map(({ goal }) => goal)).toEqual([items.help]);
    expect(child(eva)?.accommodations.map((one) => one.class)).toEqual([places.math]);
  });

  it('shows no erased child', () => {
    expect(serve(logOf([...district, samErased])).today.today(ana, day('2026-03-03')).children).toEqual([]);
  });
});
