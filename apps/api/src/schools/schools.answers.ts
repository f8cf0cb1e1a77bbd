import { classRostered, schoolRostered } from '@case/schools';
import { Shape, Type } from '@foundation/kernel';
import { answer, described, ItemsOf, named } from '../shared/answers';
import { sample } from '../shared/samples';

const onRoster = described('False once a bulk roster no longer names it.', Type.Boolean());

export const SchoolsAnswer = answer('Schools', ItemsOf(named('School', Shape({ ...schoolRostered.schema.properties, onRoster }))), {
  items: [{ school: sample.school, sourcedId: 'org-lincoln', name: 'Lincoln Elementary', kind: 'school', onRoster: true }],
});

export const ClassesAnswer = answer('Classes', ItemsOf(named('Class', Shape({ ...classRostered.schema.properties, onRoster }))), {
  items: [
    {
      class: sample.class,
      sourcedId: 'class-math-3a',
      school: sample.school,
      title: 'Math 3A',
      kind: 'scheduled',
      periods: ['2'],
      terms: [sample.term],
      subjects: ['Mathematics'],
      onRoster: true,
    },
  ],
});
