import { InvalidCursor } from '../cursor';
import { ana, eva, idOf, liv, places, sam, serve, tom, wholeStory } from '../testing';

const all = { staff: tom, records: 'all', sessionNotes: true } as const;

describe('history', () => {
  const { history } = serve(wholeStory());
  const entries = async (scope: Parameters<typeof history.history>[2] = all) => (await history.history(sam, { limit: 200 }, scope)).items;

  it('shows every event of the child, newest first', async () => {
    const expected = wholeStory().filter(({ meta }) => meta.student === sam);
    expect((await entries()).map(({ id }) => id)).toEqual(expected.map(({ id }) => id).reverse());
  });

  it('says which were corrected, voided or disputed later', async () => {
    const first = (await entries()).find(({ stream, revision }) => stream === `observation-${idOf('o1')}` && revision === 0);
    expect(first).toMatchObject({ corrected: true, voided: false, disputed: false, who: ana, type: 'observations.observation-recorded' });
    const voided = (await entries()).filter(({ stream }) => stream === `session-${idOf('s5')}`);
    expect(voided.map((entry) => entry.voided)).toEqual([false, true]);
  });

  it('pages by position', async () => {
    const first = await history.history(sam, { limit: 5 }, all);
    const second = await history.history(sam, { limit: 5, cursor: first.next }, all);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual((await entries()).slice(0, 10).map(({ id }) => id));
    await expect(history.history(sam, { cursor: 'bm9uZQ' }, all)).rejects.toThrow(InvalidCursor);
  });

  it('strips session notes', async () => {
    expect(JSON.stringify(await entries())).toMatch(/Therapy went/);
    const text = JSON.stringify(await entries({ ...all, sessionNotes: false }));
    expect(text).not.toMatch(/Therapy went/);
    expect(text).toMatch(/groupSize/);
  });

  it('shows "own" readers what they did, and teachers the records of their classes too', async () => {
    expect(new Set((await entries({ staff: liv, records: 'own', sessionNotes: true })).map(({ who }) => who))).toEqual(new Set([liv]));
    const seen = await entries({ staff: eva, records: 'all', sessionNotes: false, classes: [places.reading] });
    expect(new Set(seen.map(({ stream }) => stream))).toEqual(
      new Set([
        ...['o2', 'o6', 'o7'].map((name) => `observation-${idOf(name)}`),
        ...['e2', 'e3'].map((name) => `accommodationEntry-${idOf(name)}`),
      ]),
    );
  });
});
