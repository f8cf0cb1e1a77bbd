import { EventCatalogue, EventOpener, LogJournal, SqliteEventStore, type StoredEvent } from '@foundation/event-store';
import { overLog } from '@foundation/event-store/testing';
import {
  type CommandId,
  Day,
  defineEvent,
  type DomainEvent,
  type EnrolmentId,
  ERASED,
  eventIdOf,
  Id,
  Maybe,
  newId,
  Sealed,
  Shape,
  type StudentId,
  Type,
} from '@foundation/kernel';
import { DESTROYED, privacyEvents } from '@foundation/privacy';
import { fixedClock, sampleMeta, temporaryFolder } from '@foundation/testing';
import { enrolled, studentsEvents, studentStream, unenrolled } from './events';

/** As the first releases defined them: an event for each enrolment. */
const one = { enrolment: Id<EnrolmentId>(), class: Id(), student: Id<StudentId>() };
const enrolledOne = defineEvent({
  ...enrolled,
  version: 1,
  upcasts: {},
  schema: Shape({ ...one, from: Maybe(Day), extra: Maybe(Type.Record(Type.String(), Sealed(1000))) }),
});
const unenrolledOne = defineEvent({ ...unenrolled, version: 1, upcasts: {}, schema: Shape(one) });

const catalogue = new EventCatalogue([...studentsEvents, ...privacyEvents]);
const student = newId<StudentId>();
const stream = studentStream(student);
const math = { enrolment: newId<EnrolmentId>(), class: newId() };

describe('enrolments that an earlier release recorded one by one', () => {
  const store = SqliteEventStore.open(temporaryFolder(), { mode: 'write' });
  const { keys } = overLog(store, fixedClock());
  afterAll(() => store.close());

  const stored = async (revision: number): Promise<StoredEvent> => (await store.readStream(stream))[revision] as StoredEvent;
  const appended = (event: DomainEvent, index: number) => {
    const commandId = newId<CommandId>();
    const before = new LogJournal(store, new EventCatalogue([enrolledOne, unenrolledOne, ...privacyEvents]), keys);
    const meta = { ...sampleMeta, commandId, student };
    return before.append(stream, index === 0 ? 'no-stream' : index - 1, [{ ...event, id: eventIdOf(commandId, 0), meta }]);
  };

  it('are read as lists of one, their sealed text in clear', async () => {
    const noted = { ...math, extra: { 'metadata.note': 'comes by bus' } };
    await appended(enrolledOne.of({ student, ...noted }), 0);
    await appended(unenrolledOne.of({ student, ...math }), 1);
    expect(await stored(0)).toMatchObject({ version: 1, data: { extra: { 'metadata.note': { $sealed: expect.any(String) } } } });

    const read = await new LogJournal(store, catalogue, keys).read(stream);
    expect(read.map(({ version, data }) => ({ version, data }))).toEqual([
      { version: 2, data: { student, enrolments: [noted] } },
      { version: 2, data: { student, enrolments: [math] } },
    ]);
    expect(read.flatMap(({ type, data }) => catalogue.check(type, data))).toEqual([]);
  });

  it('and as erased ones once the key is destroyed', async () => {
    const opener = new EventOpener(catalogue, { find: () => DESTROYED });
    const { data } = opener.open(await stored(0));
    expect(data).toEqual({ student, enrolments: [{ ...math, extra: { 'metadata.note': ERASED } }] });
  });
});

it('what a list of enrolments says besides is sealed, item by item', () => {
  expect(catalogue.sealedPaths(enrolled.type)).toEqual([['enrolments', '*', 'extra', '*']]);
  expect(catalogue.sealedPaths(unenrolled.type)).toEqual([]);
});

it('an event of no enrolment says nothing, and is none', () => {
  for (const { type } of [enrolled, unenrolled])
    expect(catalogue.check(type, { student, enrolments: [] })).toEqual([expect.objectContaining({ pointer: '/enrolments' })]);
});
