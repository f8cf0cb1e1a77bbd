import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineEvent, Either, type EventDefinition, Id, List, Maybe, Sealed, Shape, type StaffId, Text, Type } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { EventCatalogue, NewerEventVersion, UnknownStoredTypes } from './catalogue';
import { goldenFile, keepGoldenSamples, readGoldenSamples } from './golden-samples';
import { sealedPathsOf } from './sealed-paths';

const wrote = defineEvent({
  type: 'tests.wrote',
  version: 3,
  subject: 'student',
  summary: 'Something was written.',
  schema: Shape({ title: Text(40), words: Sealed(100), tags: List(Text(10)) }),
  sample: { title: 'A | B', words: 'Hello', tags: ['x'] },
  upcasts: {
    1: (data: { name: string }) => ({ title: data.name, words: '' }),
    2: (data: { title: string; words: string }) => ({ ...data, tags: [] }),
  },
});
const read = defineEvent({
  type: 'tests.read',
  version: 1,
  subject: 'none',
  summary: 'Something was read.',
  schema: Shape({}),
  sample: {},
});

describe('EventCatalogue', () => {
  const catalogue = new EventCatalogue([wrote, read]);

  it('names what is wrong by pointer, without quoting it', () => {
    expect(catalogue.check('tests.wrote', wrote.sample)).toEqual([]);
    const wrong = catalogue.check('tests.wrote', { title: 'Sam Rivermoss', words: 7, tags: ['ok', 'far too long to be a tag'], extra: 1 });
    expect(wrong.map((part) => part.pointer).sort()).toEqual(['/extra', '/tags/1', '/words']);
    expect(JSON.stringify(wrong)).not.toMatch(/far too long|Rivermoss/);
  });

  it('brings old data up to the current version, step by step', () => {
    expect(catalogue.upcast('tests.wrote', 1, { name: 'A' })).toEqual({ title: 'A', words: '', tags: [] });
    expect(catalogue.upcast('tests.wrote', 2, { title: 'A', words: 'b' })).toEqual({ title: 'A', words: 'b', tags: [] });
    expect(catalogue.upcast('tests.wrote', 3, wrote.sample)).toBe(wrote.sample);
  });

  it('refuses a version newer than it knows, and versions that never were', () => {
    expect(() => catalogue.upcast('tests.wrote', 4, {})).toThrow(NewerEventVersion);
    expect(() => catalogue.upcast('tests.wrote', 0, {})).toThrow(TypeError);
  });

  it('names every stored type that has no schema', () => {
    expect(() => catalogue.assertCovers(['tests.read'])).not.toThrow();
    expect(() => catalogue.assertCovers(['tests.read', 'b.gone', 'a.gone'])).toThrow(new UnknownStoredTypes(['a.gone', 'b.gone']));
    expect(() => catalogue.check('a.gone', {})).toThrow(UnknownStoredTypes);
    expect(catalogue.definitionOf('a.gone')).toBeUndefined();
  });

  it.each<[string, Partial<EventDefinition>, RegExp]>([
    ['the same type twice', { type: 'tests.read' }, /defined twice/],
    ['a missing upcast', { version: 2 }, /no upcast from version 1/],
    ['sealed text that nobody owns', { schema: Shape({ words: Sealed() }) }, /nobody whose key/],
    ['a staff key without staff', { subject: 'staff' }, /data\.staff/],
  ])('refuses %s', (_, flaw, message) => {
    expect(() => new EventCatalogue([read, { ...read, type: 'tests.other', ...flaw }])).toThrow(message);
  });

  it('renders the same page whatever the order', () => {
    const page = catalogue.toMarkdown();
    expect(page).toBe(new EventCatalogue([read, wrote]).toMarkdown());
    expect(page).toContain('| words | string, up to 100 | 🔒 |');
    expect(page).toContain('| [tests.wrote](#testswrote) | 3 | the student’s key | Something was written. |');
    expect(page).toContain('"title": "A | B"');
  });
});

describe('sealed paths', () => {
  it('go through objects, lists, maps and alternatives', () => {
    const schema = Shape({
      clear: Text(),
      plain: Sealed(),
      lists: Shape({ helps: List(Sealed()), pairs: List(Shape({ name: Maybe(Sealed()), code: Text() })) }),
      either: Either([
        Shape({ kind: Type.Literal('a'), note: Sealed() }),
        Shape({ kind: Type.Literal('b'), note: Sealed(), more: Maybe(Shape({ deep: Sealed() })) }),
      ]),
      map: Type.Record(Type.String(), Sealed()),
    });
    expect(sealedPathsOf('tests.t', schema)).toEqual([
      ['plain'],
      ['lists', 'helps', '*'],
      ['lists', 'pairs', '*', 'name'],
      ['either', 'note'],
      ['either', 'more', 'deep'],
      ['map', '*'],
    ]);
  });

  it('leave clear what tells whose key seals', () => {
    const schema = Shape({ staff: Id<StaffId>(), words: Sealed() });
    const event = defineEvent({ type: 'tests.staffed', version: 1, subject: 'staff', summary: 'x', schema, sample: {} });
    expect(new EventCatalogue([event]).sealedPaths('tests.staffed')).toEqual([['words']]);
  });

  it('refuse marks that they cannot reach or that are not on text', () => {
    expect(() => sealedPathsOf('tests.t', Shape({ a: Type.Not(Sealed()) }))).toThrow(/no path reaches/);
    expect(() => sealedPathsOf('tests.t', Shape({ a: Type.Integer({ sealed: true }) }))).toThrow(/only text/);
  });
});

/** Every definition that any room exports, found in the folders so that none is forgotten. */
async function allDefinitions(): Promise<EventDefinition[]> {
  const libs = join(__dirname, '../..');
  const files = readdirSync(libs)
    .flatMap((wing) => readdirSync(join(libs, wing)).map((room) => join(libs, wing, room, 'events.ts')))
    .filter((file) => existsSync(file));
  const found: EventDefinition[] = [];
  for (const file of files) {
    // An events.ts lists every event that it defines.
    const exported = Object.values((await import(file)) as Record<string, unknown>);
    const listed = new Set(exported.filter((value) => Array.isArray(value)).flat());
    const defined = exported.filter((value): value is EventDefinition => typeof value === 'object' && value !== null && 'sample' in value);
    expect(defined.filter((definition) => !listed.has(definition)).map((definition) => definition.type)).toEqual([]);
    found.push(...defined);
  }
  return found;
}

describe('the events of every room', () => {
  const golden = join(__dirname, '../../../test/golden-events');
  let definitions: EventDefinition[];
  let catalogue: EventCatalogue;
  beforeAll(async () => {
    definitions = await allDefinitions();
    catalogue = new EventCatalogue(definitions);
  });

  it('are found', () => {
    expect(definitions.length).toBeGreaterThan(40);
    expect(definitions.every((definition) => /^[a-z-]+\.[a-z-]+$/.test(definition.type))).toBe(true);
  });

  it('have samples that fit their schemas', () => {
    const wrong = definitions.flatMap(({ type, sample }) => catalogue.check(type, sample).map((part) => ({ type, ...part })));
    expect(wrong).toEqual([]);
  });

  it('have a golden sample of every version (npm run catalogue keeps new ones)', () => {
    const every = definitions.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => goldenFile({ type, version: index + 1 })),
    );
    expect(every.filter((file) => !existsSync(join(golden, file)))).toEqual([]);
  });

  it('read every golden sample that was ever kept', () => {
    const wrong = readGoldenSamples(golden).flatMap(({ type, version, data }) =>
      catalogue.check(type, catalogue.upcast(type, version, data)).map((part) => ({ type, version, ...part })),
    );
    expect(wrong).toEqual([]);
  });
});

describe('golden samples', () => {
  const folder = temporaryFolder();

  it('are kept once and never written again', () => {
    expect(keepGoldenSamples([wrote, read], folder)).toEqual(['tests.read.v1.json', 'tests.wrote.v3.json']);
    expect(keepGoldenSamples([{ ...wrote, sample: {} }, read], folder)).toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, 'tests.wrote.v3.json'), 'utf8'))).toEqual(wrote.sample);
    expect(readGoldenSamples(folder)).toEqual([
      { type: 'tests.read', version: 1, data: {} },
      { type: 'tests.wrote', version: 3, data: wrote.sample },
    ]);
  });
});
