import { accessEvents } from '@foundation/access/events';
import { EventCatalogue } from '@foundation/event-store';
import { operationsEvents } from '@foundation/operations/events';
import { privacyEvents } from '@foundation/privacy';
import { accommodationsEvents } from '@case/accommodations/events';
import { observationsEvents } from '@case/observations/events';
import { peopleEvents } from '@case/people/events';
import { plansEvents } from '@case/plans/events';
import { schoolsEvents } from '@case/schools/events';
import { sessionsEvents } from '@case/sessions/events';
import { studentsEvents } from '@case/students/events';
import { digestEvents } from '@exchange/digest/events';
import { exportsEvents } from '@exchange/exports/events';
import { rosteringEvents } from '@exchange/rostering/events';

/** Every event that this version knows. */
export const catalogue = new EventCatalogue([
  ...accessEvents,
  ...privacyEvents,
  ...operationsEvents,
  ...schoolsEvents,
  ...peopleEvents,
  ...studentsEvents,
  ...plansEvents,
  ...observationsEvents,
  ...accommodationsEvents,
  ...sessionsEvents,
  ...rosteringEvents,
  ...exportsEvents,
  ...digestEvents,
]);
