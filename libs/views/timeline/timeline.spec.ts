import { InvalidCursor } from '../cursor';
import {
  amendment,
  ana,
  anaLeaves,
  day,
  district,
  eva,
  idOf,
  items,
  liv,
  logOf,
  places,
  practice,
  sam,
  serve,
  tom,
  wholeStory,
} from '../testing';
import type { TimelineFilter, TimelineScope } from '.';

const everything: TimelineScope = { staff: tom, records: 'all', sessionNotes: true };

describe('timeline', () => {
  const { timeline } = serve(wholeStory());
  const lines = (filter: TimelineFilter = {}, scope = everything) => timeline.timeline(sam, filter, scope).items;
  const line = (name: string, scope = everything) => lines({ limit: 200 }, scope).find(({ id }) => id === idOf(name));

  it('shows records and case events, newest first', () => {
    const days = lines({ limit: 200 }).map(({ day: on, at }) => `${on} ${at}`);
    expect(days).toEqual([...days].sort().reverse());
    expect(new Set(lines({ limit: 200 }).map(({ kind }) => kind))).toEqual(
      new Set(['observation', 'accommodation-entry', 'session', 'plan', 'team', 'profile', 'case']),
    );
  });

  it('pages through everything once, in one order', () => {
    const all = lines({ limit: 200 }).map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = timeline.timeline(sam, { limit: 3, cursor }, everything);
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(paged).toEqual(all);
    expect(() => lines({ cursor: 'bm9uZQ' })).toThrow(InvalidCursor);
  });

  it('filters by kind and days', () => {
    expect(lines({ kind: 'accommodation-entry' }).map(({ id }) => id)).toEqual([idOf('e3'), idOf('e2'), idOf('e1')]);
    expect(lines({ kind: 'session', from: day('2026-03-04'), to: day('2026-03-06') }).map(({ id }) => id)).toEqual([
      idOf('s5'),
      idOf('s4'),
    ]);
  });

  it('says what a record is about and what it is worth', () => {
    expect(line('o2')).toMatchObject({
      kind: 'observation',
      day: '2026-02-24',
      author: eva,
      status: 'recorded',
      about: { kind: 'goal', item: items.help, label: 'Asks for help' },
      figure: { value: 50, unit: '%', trials: 10 },
    });
    expect(line('o8')).toMatchObject({ status: 'late', day: '2026-02-10', recordedAt: '2026-03-05T14:00:00.000Z' });
    expect(line('e1')).toMatchObject({
      class: { class: places.math, title: 'Math 3A' },
      detail: { state: { kind: 'provided', outcome: 'used' } },
    });
    expect(line('s4')).toMatchObject({ status: 'scheduled', about: { kind: 'service', label: 'speech' } });
  });

  it('folds what stood before beneath a correction, a void and a dispute', () => {
    expect(line('o1')).toMatchObject({
      status: 'corrected',
      figure: { value: 100, trials: 2 },
      history: [
        {
          kind: 'corrected',
          reason: 'Counted one too few',
          who: ana,
          before: { raw: { trials: [{ response: 'correct', prompt: 'independent' }] } },
        },
      ],
    });
    expect(line('o4')).toMatchObject({
      status: 'disputed',
      history: [{ kind: 'disputed', by: 'family', reason: 'Samuel was ill that day' }],
    });
    expect(line('o5')).toMatchObject({ status: 'voided', voided: true, history: [{ kind: 'voided', reason: 'Wrong child' }] });
    expect(line('e3')).toMatchObject({ status: 'corrected', detail: { state: { kind: 'not-applicable' } } });
    expect(line('s2')).toMatchObject({
      status: 'recorded',
      detail: { outcome: { kind: 'missed' } },
      history: [{ kind: 'held', before: { what: 'scheduled' } }],
    });
  });

  it('moves a session to the day its correction names, with its notes', () => {
    expect(line('s3')).toMatchObject({
      day: '2026-03-09',
      note: { subjective: 'Therapy went another day' },
      history: [{ kind: 'corrected', noteBefore: { subjective: 'Therapy went on' } }],
    });
  });

  it('strips session notes, old ones too, where the scope does', () => {
    const scope: TimelineScope = { staff: tom, records: 'all', sessionNotes: false };
    expect(line('s3', scope)?.history).toHaveLength(1);
    expect(JSON.stringify(lines({ limit: 200 }, scope))).not.toMatch(/Therapy/);
  });

  it('shows "own" readers their own records only', () => {
    const own = lines({ limit: 200 }, { staff: eva, records: 'own', sessionNotes: false });
    expect(own.map(({ id }) => id).sort()).toEqual([idOf('o2'), idOf('e2')].sort());
  });

  it('shows a teacher the goals and accommodations of the classes, and no session', () => {
    const seen = lines({ limit: 200 }, { staff: eva, records: 'all', sessionNotes: false, classes: [places.reading] });
    const records = seen.filter(({ kind }) => ['observation', 'accommodation-entry', 'session'].includes(kind)).map(({ id }) => id);
    expect(records.sort()).toEqual(['o6', 'o7', 'e3', 'o2', 'e2'].map((name) => idOf<never>(name) as string).sort());
    expect(seen.some(({ kind }) => kind === 'team')).toBe(true);
  });

  it('says whose a record is', () => {
    expect(timeline.record('session', idOf('s1'))).toMatchObject({
      student: sam,
      author: liv,
      item: items.speech,
      voided: false,
      revision: 0,
    });
    expect(timeline.record('observation', idOf('o5'))).toMatchObject({ voided: true, revision: 1, day: '2026-03-03' });
    expect(timeline.record('observation', idOf('s1'))).toBeUndefined();
  });

  it('counts a record sent twice once', () => {
    const [first] = practice;
    const twice = logOf([...district, amendment, ...practice, anaLeaves]);
    const again = twice.find(({ stream }) => stream === first?.stream);
    const { timeline: after } = serve([...twice, ...(again ? [{ ...again, position: 1000n }] : [])]);
    expect(after.timeline(sam, { limit: 200 }, everything)).toEqual(timeline.timeline(sam, { limit: 200 }, everything));
  });
});
