import * as fc from 'fast-check';
import {
  type AssignmentId,
  type Branded,
  type ClassId,
  type EnrolmentId,
  ERASED,
  type GuardianId,
  id,
  isRefusal,
  type LocalDate,
  newId,
  type StaffId,
} from '@foundation/kernel';
import { erased, given, happened, schemaFaults } from '@foundation/testing';
import {
  type AddedStudent,
  caseClosed,
  caseOpened,
  type Demographics,
  demographicsRostered,
  enrolled,
  type Enrolment,
  type Guardian,
  guardianLinked,
  guardianUnlinked,
  MOST_ENROLMENTS,
  type Profile,
  profileWritten,
  type RosteredStudent,
  studentAdded,
  studentLeftRoster,
  studentRostered,
  type StudentsEvent,
  studentsEvents,
  type TeamMember,
  teamMemberAssigned,
  unenrolled,
} from './events';
import { studentFacts } from './facts';
import { type StudentCommand, studentDecider } from './student';

const day = (text: string) => text as LocalDate;
const rosteredStudent = studentRostered.sample as RosteredStudent;
const addedStudent = studentAdded.sample as AddedStudent;
const { student } = rosteredStudent;
const rostered = studentRostered.of(rosteredStudent);
const added = studentAdded.of(addedStudent);
const left = studentLeftRoster.of({ student });
const enrolment = (enrolled.sample as { enrolments: [Enrolment] }).enrolments[0];
const enrols = (...enrolments: Enrolment[]) => enrolled.of({ student, enrolments });
const unenrols = (...gone: Enrolment[]) =>
  unenrolled.of({ student, enrolments: gone.map((one) => ({ enrolment: one.enrolment, class: one.class })) });
const { profile } = profileWritten.sample as { profile: Profile };
const guardian = guardianLinked.sample as Guardian;

describe('a student enters the record', () => {
  it('by hand, once', () => {
    given(studentDecider).when({ kind: 'add', student: addedStudent }).then(added);
    given(studentDecider, [added]).when({ kind: 'add', student: addedStudent }).then();
    given(studentDecider, [added])
      .when({ kind: 'add', student: { ...addedStudent, grades: ['04'] } })
      .thenRefused('student-exists');
    given(studentDecider, [rostered]).when({ kind: 'add', student: addedStudent }).thenRefused('student-exists');
  });
  it('through the roster: new, changed, returned in the same case', () => {
    const roster = { kind: 'roster', student: rosteredStudent } as const;
    given(studentDecider).when(roster).then(rostered);
    given(studentDecider, [rostered]).when(roster).then();
    given(studentDecider, [rostered, left]).when(roster).then(rostered);
    given(studentDecider, [added]).when(roster).then(rostered);
    const changed = { ...rosteredStudent, grades: ['04'] };
    given(studentDecider, [rostered]).when({ kind: 'roster', student: changed }).then(studentRostered.of(changed));
    expect(given(studentDecider, [rostered, caseOpened.of({ student, on: day('2025-09-01') }), left, rostered]).state.facts).toMatchObject({
      student,
      caseStatus: 'open',
      onRoster: true,
    });
  });
  it('leaves the roster once, and only if it was there', () => {
    given(studentDecider, [rostered]).when({ kind: 'leave-roster', student }).then(left);
    given(studentDecider, [rostered, left]).when({ kind: 'leave-roster', student }).then();
    given(studentDecider, [added]).when({ kind: 'leave-roster', student }).then();
  });
  it.each<StudentCommand>([
    { kind: 'leave-roster', student },
    { kind: 'open-case', student, on: day('2025-09-01') },
    { kind: 'write-profile', student, profile },
    { kind: 'assign', member: teamMemberAssigned.sample as TeamMember },
  ])('and before that nothing is written: $kind', (command) => {
    given(studentDecider).when(command).thenRefused('student-not-found');
  });
  it('and after an erasure nothing is', () => {
    const past = [rostered].map((event) => erased(event, studentsEvents));
    given(studentDecider, past).when({ kind: 'roster', student: rosteredStudent }).thenRefused('student-erased');
    given(studentDecider, past)
      .when({ kind: 'open-case', student, on: day('2026-01-01') })
      .thenRefused('student-erased');
  });
});

describe('what the roster says of a student', () => {
  it('demographics only when new or changed', () => {
    const demographics = demographicsRostered.sample as Demographics;
    given(studentDecider, [rostered]).when({ kind: 'roster-demographics', demographics }).then(demographicsRostered.of(demographics));
    given(studentDecider, [rostered, demographicsRostered.of(demographics)])
      .when({ kind: 'roster-demographics', demographics })
      .then();
  });
  it('enrolments as the difference to what was stated before', () => {
    const second = { ...enrolment, enrolment: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c12' as EnrolmentId };
    const third = { ...enrolment, enrolment: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c13' as EnrolmentId };
    const past = [rostered, enrols(enrolment, second)];
    const moved = { ...second, to: day('2026-01-16') };
    const answer = given(studentDecider, past).when({ kind: 'roster-enrolments', student, enrolments: [moved, third] });
    answer.then(unenrols(enrolment), enrols(moved, third));
    given(studentDecider, [...past, ...answer.events])
      .when({ kind: 'roster-enrolments', student, enrolments: [third, moved] })
      .then();
    given(studentDecider, [...past, ...answer.events])
      .when({ kind: 'roster-enrolments', student, enrolments: [] })
      .then(unenrols(moved, third));
  });
  it('enrolments beyond what one event holds as one more event', () => {
    const many = Array.from({ length: MOST_ENROLMENTS + 2 }, () => ({ ...enrolment, enrolment: newId<EnrolmentId>() }));
    const stated = { kind: 'roster-enrolments', student, enrolments: many } as const;
    const answer = given(studentDecider, [rostered]).when(stated);
    answer.then(enrols(...many.slice(0, -2)), enrols(...many.slice(-2)));
    given(studentDecider, [rostered, ...answer.events])
      .when(stated)
      .then();
    given(studentDecider, [rostered, ...answer.events])
      .when({ ...stated, enrolments: [] })
      .then(unenrols(...many.slice(0, -2)), unenrols(...many.slice(-2)));
  });
});

describe('the case', () => {
  const opened = caseOpened.of({ student, on: day('2025-09-01') });
  const closed = caseClosed.of({ student, on: day('2026-01-10'), reason: 'Moved' });
  it('opens, closes and opens again in the order of days', () => {
    given(studentDecider, [added])
      .when({ kind: 'open-case', student, on: day('2025-09-01') })
      .then(opened);
    given(studentDecider, [added, opened])
      .when({ kind: 'open-case', student, on: day('2025-09-01') })
      .then();
    given(studentDecider, [added, opened])
      .when({ kind: 'open-case', student, on: day('2025-09-02') })
      .thenRefused('case-already-open');
    given(studentDecider, [added, opened])
      .when({ kind: 'close-case', student, on: day('2026-01-10'), reason: 'Moved' })
      .then(closed);
    given(studentDecider, [added, opened, closed])
      .when({ kind: 'close-case', student, on: day('2026-01-10'), reason: 'Moved' })
      .then();
    given(studentDecider, [added, opened, closed])
      .when({ kind: 'open-case', student, on: day('2026-02-01') })
      .then(caseOpened.of({ student, on: day('2026-02-01') }));
  });
  it('refuses what is out of order', () => {
    given(studentDecider, [added])
      .when({ kind: 'close-case', student, on: day('2026-01-10'), reason: '' })
      .thenRefused('case-not-open');
    given(studentDecider, [added, opened])
      .when({ kind: 'close-case', student, on: day('2025-08-31'), reason: '' })
      .thenRefused('case-days-out-of-order', ['/on']);
    given(studentDecider, [added, opened, closed])
      .when({ kind: 'open-case', student, on: day('2026-01-09') })
      .thenRefused('case-days-out-of-order', ['/on']);
  });
});

describe('what a roster states in part', () => {
  const moved = { ...enrolment, class: id<ClassId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a33') };
  const other = { ...enrolment, enrolment: id<EnrolmentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c22') };
  const past = [rostered, enrols(enrolment, other)];
  const state = { kind: 'roster-enrolments', student } as const;

  it('changes the enrolments it names, ends those it says end, and leaves the rest', () => {
    given(studentDecider, past)
      .when({ ...state, enrolments: [moved], ending: { only: [] } })
      .then(enrols(moved));
    given(studentDecider, past)
      .when({ ...state, enrolments: [], ending: { only: [other.enrolment] } })
      .then(unenrols(other));
  });

  it('ends all it does not name, but those whose rows had a fault', () => {
    given(studentDecider, past)
      .when({ ...state, enrolments: [], ending: { allBut: new Set([other.enrolment]) } })
      .then(unenrols(enrolment));
  });

  it('tells another extension of an enrolment from the same one', () => {
    const noted = { ...enrolment, extra: { 'metadata.note': 'comes by bus' } };
    const withNote = [rostered, enrols(other, noted)];
    given(studentDecider, withNote)
      .when({ ...state, enrolments: [noted, other] })
      .then();
    given(studentDecider, withNote)
      .when({ ...state, enrolments: [enrolment, other] })
      .then(enrols(enrolment));
  });

  it('links and unlinks the guardians it states, and never undoes what a person did by hand', () => {
    const stated = { ...guardian, fromRoster: true };
    const all = { kind: 'roster-guardians', student, ending: { allBut: new Set<GuardianId>() } } as const;
    const linked = guardianLinked.of(stated);
    const byRoster = guardianUnlinked.of({ student, guardian: stated.guardian, byRoster: true });
    const byHand = guardianUnlinked.of({ student, guardian: stated.guardian, reason: 'By order of the court' });
    given(studentDecider, [rostered])
      .when({ ...all, guardians: [stated] })
      .then(linked);
    given(studentDecider, [rostered, linked])
      .when({ ...all, guardians: [] })
      .then(byRoster);
    given(studentDecider, [rostered, linked])
      .when({ ...all, guardians: [], ending: { only: [] } })
      .then();
    given(studentDecider, [rostered, linked, byRoster])
      .when({ ...all, guardians: [stated] })
      .then(linked);
    given(studentDecider, [rostered, linked, byHand])
      .when({ ...all, guardians: [stated] })
      .then();
    given(studentDecider, [rostered, guardianLinked.of(guardian)])
      .when({ ...all, guardians: [] })
      .then();
  });
});

describe('profile and guardians', () => {
  const written = profileWritten.of({ student, profile });
  const linked = guardianLinked.of(guardian);
  const unlinked = guardianUnlinked.of({ student, guardian: guardian.guardian });
  it('writes a profile whole, and the same one not again', () => {
    given(studentDecider, [added]).when({ kind: 'write-profile', student, profile }).then(written);
    given(studentDecider, [added, written]).when({ kind: 'write-profile', student, profile }).then();
    const calmer = { ...profile, challenges: [] };
    given(studentDecider, [added, written])
      .when({ kind: 'write-profile', student, profile: calmer })
      .then(profileWritten.of({ student, profile: calmer }));
  });
  it('links, changes, unlinks and links again', () => {
    given(studentDecider, [added]).when({ kind: 'link-guardian', guardian }).then(linked);
    given(studentDecider, [added, linked]).when({ kind: 'link-guardian', guardian }).then();
    given(studentDecider, [added, linked]).when({ kind: 'unlink-guardian', student, guardian: guardian.guardian }).then(unlinked);
    given(studentDecider, [added, linked, unlinked]).when({ kind: 'unlink-guardian', student, guardian: guardian.guardian }).then();
    given(studentDecider, [added, linked, unlinked]).when({ kind: 'link-guardian', guardian }).then(linked);
    given(studentDecider, [added])
      .when({ kind: 'unlink-guardian', student, guardian: 'unknown' as GuardianId })
      .thenRefused('guardian-not-found');
  });
});

describe('any history', () => {
  const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
  const uuid = <T extends Branded<string, string>>(group: number) =>
    fc.integer({ min: 1, max: 3 }).map((n) => id<T>(`00000000-0000-4000-8000-00000000${group}00${n}`));
  const on = pick('2025-09-01', '2025-09-02', '2025-10-01', '2026-06-12').map(day);
  const text = pick('a', 'b');
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const enrolments: fc.Arbitrary<Enrolment[]> = fc.array(
    fc.record({ enrolment: uuid<EnrolmentId>(1), class: uuid<ClassId>(2), from: maybe(on), to: maybe(on) }),
    { maxLength: 4 },
  );
  const member: fc.Arbitrary<TeamMember> = fc.record({
    student: fc.constant(student),
    assignment: uuid<AssignmentId>(3),
    staff: uuid<StaffId>(4),
    role: pick('case-manager' as const, 'aide' as const, 'therapist' as const),
    discipline: maybe(pick('speech' as const)),
    classes: fc.constant([]),
    from: on,
    to: maybe(on),
    coveringFor: maybe(uuid<AssignmentId>(3)),
  });
  const command: fc.Arbitrary<StudentCommand> = fc.oneof<fc.Arbitrary<StudentCommand>[]>(
    text.map((givenName) => ({ kind: 'add', student: { ...addedStudent, givenName } }) as const),
    text.map((givenName) => ({ kind: 'roster', student: { ...rosteredStudent, givenName } }) as const),
    text.map((sex) => ({ kind: 'roster-demographics', demographics: { student, sex } }) as const),
    enrolments.map((list) => ({ kind: 'roster-enrolments', student, enrolments: list }) as const),
    fc.constant({ kind: 'leave-roster', student } as const),
    on.map((when) => ({ kind: 'open-case', student, on: when }) as const),
    fc.tuple(on, text).map(([when, reason]) => ({ kind: 'close-case', student, on: when, reason }) as const),
    text.map((strength) => ({ kind: 'write-profile', student, profile: { ...profile, strengths: [strength] } }) as const),
    text.map((name) => ({ kind: 'link-guardian', guardian: { ...guardian, name } }) as const),
    fc.constant({ kind: 'unlink-guardian', student, guardian: guardian.guardian } as const),
    member.map((one) => ({ kind: 'assign', member: one }) as const),
    fc
      .record({ assignment: uuid<AssignmentId>(3), lastDay: on, reason: maybe(text) })
      .map((end) => ({ kind: 'end-assignment', student, ...end })),
  );

  /** Runs the commands; the ones that are refused leave nothing behind. */
  function history(commands: readonly StudentCommand[], twice: (again: StudentCommand, state: typeof studentDecider.initial) => void) {
    const events: StudentsEvent[] = [];
    let state = studentDecider.initial;
    for (const one of commands) {
      const decided = studentDecider.decide(one, state);
      if (isRefusal(decided)) continue;
      for (const event of decided) state = studentDecider.evolve(state, happened(event));
      events.push(...decided);
      twice(one, state);
    }
    return events;
  }
  const commands = fc.array(command, { maxLength: 40 }).map((rest) => [{ kind: 'roster', student: rosteredStudent } as const, ...rest]);

  it('a command applied twice adds no event the second time, and every event fits its schema', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const events = history(list, (again, state) => {
          const second = studentDecider.decide(again, state);
          expect(isRefusal(second) ? [] : second).toEqual([]);
        });
        expect(events.flatMap((event) => schemaFaults(event, studentsEvents))).toEqual([]);
      }),
    );
  });
  it('folds without throwing, also erased, and ids, days and numbers stay', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const events = history(list, () => undefined);
        const fold = (all: readonly StudentsEvent[]) =>
          all.reduce((state, event) => studentFacts.evolve(state, happened(event)), studentFacts.initial);
        const after = events.map((event) => erased(event, studentsEvents));
        expect(() => after.reduce((state, event) => studentDecider.evolve(state, happened(event)), studentDecider.initial)).not.toThrow();
        expect(fold(after)).toEqual({ ...fold(events), erased: true });
        expect(JSON.stringify(fold(after))).not.toContain(ERASED);
      }),
    );
  });
  it('is the same file, whether enrolments were recorded one by one, as once, or in lists', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const events = history(list, () => undefined);
        const oneByOne = events.flatMap((event): StudentsEvent[] => {
          if (event.type === 'students.enrolled') return event.data.enrolments.map((one) => enrols(one));
          return event.type === 'students.unenrolled' ? event.data.enrolments.map((one) => unenrols(one)) : [event];
        });
        expect(given(studentDecider, oneByOne).state).toEqual(given(studentDecider, events).state);
      }),
    );
  });
  it('never leaves two case managers in charge of one day, nor one person twice in one part', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { team } = given(
          studentDecider,
          history(list, () => undefined),
        ).state.facts;
        for (const when of ['2025-09-01', '2025-09-02', '2025-10-01', '2026-06-12', '2027-01-01'].map(day)) {
          const inForce = team.filter((one) => one.from <= when && when <= (one.endedOn ?? one.to ?? when));
          expect(inForce.filter((one) => one.role === 'case-manager' && one.coveringFor === undefined).length).toBeLessThanOrEqual(1);
          const parts = inForce.map((one) => `${one.staff} ${one.role} ${one.discipline ?? ''}`);
          expect(new Set(parts).size).toBe(parts.length);
        }
      }),
    );
  });
});
