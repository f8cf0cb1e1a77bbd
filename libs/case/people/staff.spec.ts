import fc from 'fast-check';
import { addDays } from '@foundation/calendar';
import {
  type ClassId,
  derivedId,
  type EnrolmentId,
  type GrantId,
  id,
  isRefusal,
  type LocalDate,
  ROLES,
  type SchoolId,
} from '@foundation/kernel';
import { given, happened } from '@foundation/testing';
import {
  classAssigned,
  classUnassigned,
  type PeopleEvent,
  roleEnded,
  type RoleGrant,
  roleGranted,
  staffAdded,
  staffLeftRoster,
  staffReinstated,
  staffRemoved,
  staffRostered,
  type RosteredStaff,
} from './events';
import { activeGrants, classesOn, rolesOn, staffDecider, type StaffCommand, type StaffState } from './staff';

const person = staffRostered.sample as RosteredStaff;
const { staff } = person;
const school = id<SchoolId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01');
const otherSchool = id<SchoolId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a09');
const idOf = <T extends GrantId | EnrolmentId | ClassId>(name: string) => derivedId<T>(staff, name);
const day = (text: string) => text as LocalDate;
const today = day('2026-03-03');
const grant = (fields: Partial<RoleGrant> = {}): RoleGrant => ({
  grant: idOf<GrantId>('grant'),
  role: 'aide',
  schools: [],
  from: day('2025-08-25'),
  ...fields,
});
const enrolment = (name: string, group = 'math') => ({
  enrolment: idOf<EnrolmentId>(name),
  class: idOf<ClassId>(group),
  role: 'teacher',
  primary: true,
});
const onRecord = staffAdded.of({ staff, givenName: 'Ana', familyName: 'Quillfeather', schools: [] });
const held = (fields: Partial<RoleGrant> = {}) => [onRecord, roleGranted.of({ staff, ...grant(fields) })];
const granting = (fields: Partial<RoleGrant> = {}) => ({ kind: 'grant-role', ...grant(fields) }) as const;

describe('a member of staff', () => {
  it('is added by hand, once', () => {
    const add = { kind: 'add', ...onRecord.data } as const;
    given(staffDecider).when(add).then(onRecord);
    given(staffDecider, [onRecord]).when(add).thenRefused('staff-exists');
  });
  it('must be on the record before anything else', () => {
    for (const command of [
      { kind: 'leave-roster' },
      granting(),
      { kind: 'end-role', grant: grant().grant, lastDay: today, today },
      { kind: 'remove', reason: 'Left' },
      { kind: 'reinstate', reason: 'Back' },
    ] as const) {
      given(staffDecider).when(command).thenRefused('staff-not-found');
    }
  });
  it('is removed and reinstated, each once', () => {
    const removed = staffRemoved.of({ staff, reason: 'Left' });
    const remove = { kind: 'remove', reason: 'Left' } as const;
    const reinstate = { kind: 'reinstate', reason: 'By mistake' } as const;
    given(staffDecider, [onRecord]).when(remove).then(removed);
    given(staffDecider, [onRecord, removed]).when(remove).then();
    given(staffDecider, [onRecord, removed])
      .when(reinstate)
      .then(staffReinstated.of({ staff, reason: 'By mistake' }));
    given(staffDecider, [onRecord]).when(reinstate).then();
    given(staffDecider, [onRecord, removed]).when(granting()).thenRefused('staff-removed');
  });
  it('holds no role while removed, and the same ones again afterwards', () => {
    const removed = staffRemoved.of({ staff, reason: 'Left' });
    expect(rolesOn(given(staffDecider, [...held(), removed]).state, today)).toEqual([]);
    const back = staffReinstated.of({ staff, reason: 'By mistake' });
    expect(rolesOn(given(staffDecider, [...held(), removed, back]).state, today)).toEqual(['aide']);
  });
});

describe('the roster', () => {
  const roster = (fields: Partial<RosteredStaff> = {}, enrolments = [enrolment('e1')]) =>
    ({ kind: 'roster', ...person, enrolments, ...fields }) as const;
  const math = classAssigned.of({ staff, ...enrolment('e1') });
  const past = [staffRostered.of(person), math];

  it('states a person with their classes', () => {
    given(staffDecider)
      .when(roster())
      .then(...past);
  });
  it('says nothing when it repeats itself, lists in any order', () => {
    given(staffDecider, past).when(roster()).then();
    const both = { ...person, schools: [otherSchool, school], rosterRoles: ['teacher', 'aide'] };
    const first = given(staffDecider).when(roster(both)).events;
    given(staffDecider, first)
      .when(roster({ ...both, schools: [school, otherSchool], rosterRoles: ['aide', 'teacher', 'aide'] }))
      .then();
  });
  it('states the person again when something changed, the classes apart', () => {
    given(staffDecider, past)
      .when(roster({ familyName: 'Quill' }))
      .then(staffRostered.of({ ...person, familyName: 'Quill' }));
  });
  it('assigns and unassigns what differs', () => {
    given(staffDecider, past)
      .when(roster({}, [enrolment('e2', 'art')]))
      .then(
        classUnassigned.of({ staff, enrolment: idOf('e1'), class: idOf('math') }),
        classAssigned.of({ staff, ...enrolment('e2', 'art') }),
      );
    given(staffDecider, past)
      .when(roster({}, [enrolment('e1', 'art')]))
      .then(classAssigned.of({ staff, ...enrolment('e1', 'art') }));
  });
  it('marks who is missing, takes the classes off and leaves the roles', () => {
    const left = [staffLeftRoster.of({ staff }), classUnassigned.of({ staff, enrolment: idOf('e1'), class: idOf('math') })];
    given(staffDecider, past).when({ kind: 'leave-roster' }).then(left);
    given(staffDecider, [...past, ...left])
      .when({ kind: 'leave-roster' })
      .then();
    given(staffDecider, [...past, ...left])
      .when(roster())
      .then(past);
    const { state } = given(staffDecider, [...past, roleGranted.of({ staff, ...grant() }), ...left]);
    expect(rolesOn(state, today)).toEqual(['aide']);
  });
  it('marks nobody who was added by hand', () => {
    given(staffDecider, [onRecord]).when({ kind: 'leave-roster' }).then();
  });
  it('gives classes on the days of their enrolments', () => {
    const dated = { ...enrolment('e1'), from: day('2025-09-01'), to: day('2026-01-31') };
    const { state } = given(staffDecider, [
      onRecord,
      classAssigned.of({ staff, ...dated }),
      classAssigned.of({ staff, ...enrolment('e2', 'art') }),
    ]);
    expect(classesOn(state, day('2026-01-31'))).toEqual([idOf('math'), idOf('art')]);
    expect(classesOn(state, day('2026-02-01'))).toEqual([idOf('art')]);
  });
});

describe('a role', () => {
  it.each(ROLES)('of %s is granted with what it needs and refused without', (role) => {
    const bySchool = ['coordinator', 'teacher', 'therapist', 'nurse', 'auditor'].includes(role);
    const whole = granting({
      role,
      schools: bySchool ? [school] : [],
      ...(role === 'therapist' && { discipline: 'speech' }),
      ...(role === 'auditor' && { purpose: 'State review', to: day('2026-06-30') }),
    });
    const { kind: _, ...data } = whole;
    given(staffDecider, [onRecord])
      .when(whole)
      .then(roleGranted.of({ staff, ...data }));
    if (!bySchool) return;
    const parts = { therapist: ['/discipline'], auditor: ['/purpose', '/to'] }[role as string] ?? [];
    given(staffDecider, [onRecord])
      .when(granting({ role }))
      .thenRefused('grant-incomplete', ['/schools', ...parts]);
  });
  it('takes no field that would have no effect', () => {
    given(staffDecider, [onRecord])
      .when(granting({ role: 'administrator', schools: [school], discipline: 'speech', purpose: 'x' }))
      .thenRefused('grant-says-too-much', ['/schools', '/discipline', '/purpose']);
  });
  it('may last one day but not end before it starts', () => {
    const from = today;
    given(staffDecider, [onRecord])
      .when(granting({ from, to: from }))
      .then(roleGranted.of({ staff, ...grant({ from, to: from }) }));
    given(staffDecider, [onRecord])
      .when(granting({ from, to: addDays(from, -1) }))
      .thenRefused('grant-ends-before-it-starts', ['/to']);
  });
  it('is in force from its first to its last day', () => {
    const { state } = given(staffDecider, held({ from: day('2026-03-02'), to: day('2026-03-04') }));
    const on = (text: string) => activeGrants(state, day(text)).length;
    expect(['2026-03-01', '2026-03-02', '2026-03-04', '2026-03-05'].map(on)).toEqual([0, 1, 1, 0]);
  });
  it('granted again under its id is already so; another under that id is refused', () => {
    given(staffDecider, held()).when(granting()).then();
    given(staffDecider, held())
      .when(granting({ role: 'case-manager' }))
      .thenRefused('grant-exists');
  });
  it('is not held twice on one day, but for other schools, disciplines or days it is another', () => {
    const again = { grant: idOf<GrantId>('another') };
    const speech: Partial<RoleGrant> = { role: 'therapist', schools: [school], discipline: 'speech' };
    given(staffDecider, held()).when(granting(again)).thenRefused('role-already-held');
    given(staffDecider, held(speech))
      .when(granting({ ...speech, ...again, discipline: 'occupational' }))
      .then(roleGranted.of({ staff, ...grant({ ...speech, ...again, discipline: 'occupational' }) }));
    given(staffDecider, held({ to: day('2026-03-01') }))
      .when(granting({ ...again, from: day('2026-03-02') }))
      .then(roleGranted.of({ staff, ...grant({ ...again, from: day('2026-03-02') }) }));
  });
  it('ends on a named day, once, and never for past days', () => {
    const end = (lastDay: LocalDate) => ({ kind: 'end-role', grant: grant().grant, lastDay, today }) as const;
    const ended = roleEnded.of({ staff, grant: grant().grant, lastDay: today });
    given(staffDecider, held()).when(end(today)).then(ended);
    given(staffDecider, [...held(), ended])
      .when(end(today))
      .thenRefused('role-already-ended', ['/lastDay']);
    given(staffDecider, held())
      .when(end(addDays(today, -2)))
      .thenRefused('role-ends-in-the-past', ['/lastDay']);
    given(staffDecider, held({ to: today }))
      .when(end(addDays(today, 1)))
      .thenRefused('role-already-ended');
    given(staffDecider, held({ to: addDays(today, -1) }))
      .when(end(addDays(today, -1)))
      .thenRefused('role-already-ended');
    given(staffDecider, [onRecord]).when(end(today)).thenRefused('grant-not-found');
  });
  it('ended yesterday is gone today; the days before keep it', () => {
    const yesterday = addDays(today, -1);
    const { state } = given(staffDecider, held()).when({ kind: 'end-role', grant: grant().grant, lastDay: yesterday, today });
    expect(rolesOn(state, today)).toEqual([]);
    expect(rolesOn(state, yesterday)).toEqual(['aide']);
  });
});

describe('laws', () => {
  const days = fc.integer({ min: -5, max: 5 }).map((days) => addDays(today, days));
  const grants = fc.record({
    grant: fc.constantFrom('a', 'b', 'c').map((name) => idOf<GrantId>(name)),
    role: fc.constantFrom(...ROLES),
    schools: fc.subarray([school, otherSchool]),
    from: days,
    to: fc.option(days, { nil: undefined }),
  });
  const commands: fc.Arbitrary<StaffCommand> = fc.oneof(
    fc.constant({ kind: 'add', ...onRecord.data } as const),
    fc
      .subarray(['e1', 'e2', 'e3'])
      .map((names) => ({ kind: 'roster', ...person, enrolments: names.map((name) => enrolment(name)) }) as const),
    fc.constantFrom({ kind: 'leave-roster' }, { kind: 'remove', reason: 'Left' }, { kind: 'reinstate', reason: 'Back' } as const),
    grants.map((fields) => ({ kind: 'grant-role', ...fields }) as const),
    fc.record({ grant: grants.map((one) => one.grant), lastDay: days }).map((end) => ({ kind: 'end-role', ...end, today }) as const),
  );
  const fold = (state: StaffState, events: readonly PeopleEvent[]) =>
    events.reduce((folded: StaffState, event) => staffDecider.evolve(folded, happened(event)), state);

  it('a command that was applied adds nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 20 }), (sequence) => {
        let state = staffDecider.initial;
        for (const command of sequence) {
          const decided = staffDecider.decide(command, state);
          if (isRefusal(decided)) continue;
          state = fold(state, decided);
          const again = staffDecider.decide(command, state);
          expect(isRefusal(again) ? [] : again).toEqual([]);
        }
      }),
    );
  });
});

describe('classes that a roster states for a person it says nothing else of', () => {
  const [math, art] = [enrolment('e1', 'math'), enrolment('e2', 'art')];
  const past = [staffRostered.of(person), classAssigned.of({ staff, ...math }), classAssigned.of({ staff, ...art })];
  const unassigned = (one: typeof math) => classUnassigned.of({ staff, enrolment: one.enrolment, class: one.class });

  it('gives and takes only what it names', () => {
    const news = enrolment('e3', 'music');
    given(staffDecider, past)
      .when({ kind: 'roster-classes', enrolments: [news], ending: { only: [art.enrolment] } })
      .then(unassigned(art), classAssigned.of({ staff, ...news }));
  });

  it('as the whole truth takes the others, but those whose rows had a fault', () => {
    given(staffDecider, past)
      .when({ kind: 'roster-classes', enrolments: [], ending: { allBut: new Set([art.enrolment]) } })
      .then(unassigned(math));
    given(staffDecider, past)
      .when({ kind: 'roster-classes', enrolments: [math, art], ending: { allBut: new Set() } })
      .then();
  });

  it('says nothing to somebody who is not on the record', () => {
    given(staffDecider)
      .when({ kind: 'roster-classes', enrolments: [math], ending: { only: [] } })
      .thenRefused('staff-not-found');
  });
});
