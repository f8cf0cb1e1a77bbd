import type { LocalDate, SchoolId } from '@foundation/kernel';
import { given } from '@foundation/testing';
import { classDecider } from './class';
import {
  classLeftRoster,
  classRostered,
  type School,
  type SchoolClass,
  schoolLeftRoster,
  schoolRostered,
  type Term,
  termLeftRoster,
  termRostered,
} from './events';
import { schoolDecider } from './school';
import { termDecider } from './term';

const school = schoolRostered.sample as School;
const term = termRostered.sample as Term;
const group = classRostered.sample as SchoolClass;
const left = schoolLeftRoster.of({ school: school.school });

describe('a school', () => {
  it('is rostered when new', () => {
    given(schoolDecider).when({ kind: 'roster-school', school }).then(schoolRostered.of(school));
  });
  it('says nothing when the roster repeats itself, keys in any order', () => {
    const { name, ...rest } = school;
    given(schoolDecider, [schoolRostered.of(school)])
      .when({ kind: 'roster-school', school: { name, ...rest, parent: undefined } })
      .then();
  });
  it('is rostered again when changed', () => {
    const renamed = { ...school, name: 'Lincoln School' };
    given(schoolDecider, [schoolRostered.of(school)])
      .when({ kind: 'roster-school', school: renamed })
      .then(schoolRostered.of(renamed));
  });
  it('is rostered again when it returns as it was', () => {
    given(schoolDecider, [schoolRostered.of(school), left])
      .when({ kind: 'roster-school', school })
      .then(schoolRostered.of(school));
  });
  it('leaves once', () => {
    const leave = { kind: 'leave-roster', school: school.school } as const;
    given(schoolDecider, [schoolRostered.of(school)])
      .when(leave)
      .then(left);
    given(schoolDecider, [schoolRostered.of(school), left])
      .when(leave)
      .then();
    given(schoolDecider)
      .when({ kind: 'leave-roster', school: 'never-seen' as SchoolId })
      .then();
  });
});

describe('a term', () => {
  it('may last one day but not end before it starts', () => {
    given(termDecider)
      .when({ kind: 'roster-term', term: { ...term, end: term.start } })
      .then(termRostered.of({ ...term, end: term.start }));
    given(termDecider)
      .when({ kind: 'roster-term', term: { ...term, end: '2025-08-24' as LocalDate } })
      .thenRefused('term-ends-before-it-starts', ['/end']);
  });
  it('leaves and returns', () => {
    const past = [termRostered.of(term), termLeftRoster.of({ term: term.term })];
    given(termDecider, past.slice(0, 1)).when({ kind: 'leave-roster', term: term.term }).then(past.slice(1));
    given(termDecider, past).when({ kind: 'roster-term', term }).then(termRostered.of(term));
    given(termDecider, past.slice(0, 1)).when({ kind: 'roster-term', term }).then();
  });
});

describe('a class', () => {
  it('is rostered when new, changed or returned', () => {
    const past = [classRostered.of(group), classLeftRoster.of({ class: group.class })];
    given(classDecider).when({ kind: 'roster-class', class: group }).then(classRostered.of(group));
    given(classDecider, past.slice(0, 1)).when({ kind: 'roster-class', class: group }).then();
    given(classDecider, past.slice(0, 1)).when({ kind: 'leave-roster', class: group.class }).then(past.slice(1));
    given(classDecider, past).when({ kind: 'roster-class', class: group }).then(classRostered.of(group));
  });
});
