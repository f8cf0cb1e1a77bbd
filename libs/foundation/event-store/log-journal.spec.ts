import { type CommandId, type EventId, eventIdOf, type NewEvent, newId, type StaffId, type StudentId } from '@foundation/kernel';
import { SealBroken, SyncKeyRing } from '@foundation/privacy';
import { fixedClock, sampleMeta, temporaryFolder } from '@foundation/testing';
import { EventOpener, UnknownEventType } from './event-opener';
import { InvalidEvent } from './log-journal';
import { SqliteEventStore } from './sqlite/sqlite-event-store';
import { helperNamed, jarClosed, marblesAdded, overLog, toyCatalogue, toyMasterKey } from './testing';

const store = SqliteEventStore.open(temporaryFolder(), { mode: 'write' });
const { journal, keys } = overLog(store, fixedClock());
const opener = () => new EventOpener(toyCatalogue(), new SyncKeyRing((stream) => store.readStreamSync(stream), toyMasterKey()));
afterAll(() => store.close());

const newEvent = (event: Pick<NewEvent, 'type' | 'version' | 'data'>, student?: StudentId): NewEvent => {
  const commandId = newId<CommandId>();
  return { ...event, id: eventIdOf(commandId, 0), meta: { ...sampleMeta, commandId, ...(student ? { student } : {}) } };
};
const noted = (student: StudentId, note = 'Sam chose blue') =>
  newEvent(marblesAdded.of({ student, count: 2, note, said: ['More!', 'Zoë laughed'] }), student);

it('keeps text sealed in the log and gives it back in clear, on any thread', async () => {
  const student = newId<StudentId>();
  const event = noted(student);
  const { revision, position } = await journal.append(`jar-${student}`, 'no-stream', [event]);
  const [stored] = await store.readStream(`jar-${student}`);
  expect(stored?.data).toEqual({
    student,
    count: 2,
    note: { $sealed: expect.any(String) },
    said: [{ $sealed: expect.any(String) }, { $sealed: expect.any(String) }],
  });
  const expected = { ...event, stream: `jar-${student}`, revision, position };
  expect(await journal.read(`jar-${student}`)).toEqual([expected]);
  expect(opener().open(stored!)).toEqual(expected);
  expect(await journal.read(`jar-${student}`, 1)).toEqual([]);
});

it('seals what describes staff with their own key', async () => {
  const staff = newId<StaffId>();
  await journal.append(`staff-${staff}`, 'no-stream', [newEvent(helperNamed.of({ staff, name: 'Ana Quillfeather' }))]);
  expect((await store.readStream(`key-${staff}`))[0]?.data).toMatchObject({ subject: staff, kind: 'staff' });
  expect((await journal.read(`staff-${staff}`))[0]?.data).toEqual({ staff, name: 'Ana Quillfeather' });
});

it('refuses events that their schema refuses, naming type and place and no value', async () => {
  const student = newId<StudentId>();
  const append = (event: NewEvent) => journal.append(`jar-${student}`, 'no-stream', [event]);
  const bad = newEvent({ ...noted(student), data: { student, count: 0, said: ['Sam', 3] } }, student);
  const error = await append(bad).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidEvent);
  expect((error as InvalidEvent).errors.map((part) => part.pointer)).toEqual(['/count', '/said/1']);
  expect(String(error)).not.toContain('Sam');
  await expect(append(newEvent({ type: 'toy.unheard-of', version: 1, data: {} }))).rejects.toThrow('toy.unheard-of is not valid');
  await expect(append(newEvent({ ...noted(student), version: 1 }, student))).rejects.toThrow('only 2 is written');
  await expect(append(newEvent(noted(student)))).rejects.toThrow('names no student');
  await expect(append(newEvent(noted(student), newId<StudentId>()))).rejects.toThrow('another student');
  expect(await store.readStream(`jar-${student}`)).toEqual([]);
});

it('brings older versions up to date and refuses what it does not know', async () => {
  const student = newId<StudentId>();
  const stream = `jar-${student}`;
  await keys.keyFor(student, 'student');
  const old = { ...newEvent({ type: marblesAdded.type, version: 1, data: { student, count: 1 } }, student) };
  await store.append(stream, 'no-stream', [old]);
  expect((await journal.read(stream))[0]).toMatchObject({ version: 2, data: { student, count: 1, said: [] } });
  await store.append(stream, 0, [newEvent({ type: 'toy.from-the-future', version: 1, data: {} })]);
  await expect(journal.read(stream)).rejects.toThrow(UnknownEventType);
});

it('opens nothing that was moved to another event', async () => {
  const student = newId<StudentId>();
  await journal.append(`jar-${student}`, 'no-stream', [noted(student)]);
  const [stored] = await store.readStream(`jar-${student}`);
  expect(() => opener().open({ ...stored!, id: newId<EventId>() })).toThrow(SealBroken);
  expect(() => opener().open({ ...stored!, stream: 'jar-other' })).toThrow(SealBroken);
});

it('reads all about one student, by type and by what was recorded by then', async () => {
  const student = newId<StudentId>();
  const other = newId<StudentId>();
  const later = { ...newEvent(jarClosed.of({ student }), student) };
  const { meta } = later;
  const inApril: NewEvent = { ...later, meta: { ...meta, recordedAt: '2026-04-01T00:00:00.000Z' as typeof meta.recordedAt } };
  await journal.append(`jar-${student}`, 'no-stream', [noted(student), inApril]);
  await journal.append(`jar-${other}`, 'no-stream', [noted(other)]);
  await journal.append(`jar2-${student}`, 'no-stream', [noted(student)]);
  const typesOf = async (options?: Parameters<typeof journal.readStudent>[1]) =>
    (await journal.readStudent(student, options)).map((event) => event.type);
  expect(await typesOf()).toEqual([marblesAdded.type, jarClosed.type, marblesAdded.type]);
  expect(await typesOf({ types: [jarClosed.type] })).toEqual([jarClosed.type]);
  expect(await typesOf({ until: '2026-03-31T00:00:00.000Z' as typeof meta.recordedAt })).toEqual([marblesAdded.type, marblesAdded.type]);
});
