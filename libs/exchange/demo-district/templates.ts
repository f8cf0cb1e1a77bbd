import type { Goal, Service } from '@case/plans';
import type { Profile } from '@case/students';

type GoalParts = Pick<Goal, 'area' | 'label' | 'better' | 'measure' | 'criterion'> & {
  readonly statement: (name: string) => string;
  readonly from: number;
  readonly to: number;
};

/** Goals as teams write them; one of every measure that a school day produces. */
export const GOALS: readonly [GoalParts, ...GoalParts[]] = [
  {
    area: 'communication',
    label: 'Asks for help',
    statement: (name) => `Given a hard task, ${name} will ask for help in words or with a card in 8 of 10 chances.`,
    better: 'up',
    measure: { kind: 'prompted-trials' },
    criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days', minimumTrials: 5 },
    from: 20,
    to: 80,
  },
  {
    area: 'reading',
    label: 'Reads aloud',
    statement: (name) => `Given a grade-level passage, ${name} will read 92 words correct in one minute.`,
    better: 'up',
    measure: { kind: 'oral-reading' },
    criterion: { comparator: 'at-least', value: 92, times: 3, outOf: 3, per: 'days' },
    from: 42,
    to: 92,
  },
  {
    area: 'mathematics',
    label: 'Two-digit sums',
    statement: (name) => `Given ten two-digit sums, ${name} will solve 90 percent.`,
    better: 'up',
    measure: { kind: 'percent-correct' },
    criterion: { comparator: 'at-least', value: 90, times: 4, outOf: 5, per: 'days', minimumTrials: 8 },
    from: 30,
    to: 90,
  },
  {
    area: 'behaviour',
    label: 'Calls out',
    statement: (name) => `During whole-class teaching, ${name} will call out at most twice in 40 minutes.`,
    better: 'down',
    measure: { kind: 'frequency', value: 'per-hour' },
    criterion: { comparator: 'at-most', value: 3, times: 4, outOf: 5, per: 'days' },
    from: 20,
    to: 3,
  },
  {
    area: 'attention',
    label: 'On task',
    statement: (name) => `During independent work, ${name} will be on task in 80 percent of one-minute intervals.`,
    better: 'up',
    measure: { kind: 'interval', method: 'momentary', intervalSeconds: 60 },
    criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 5, per: 'days' },
    from: 30,
    to: 80,
  },
  {
    area: 'self-care',
    label: 'Packs up',
    statement: (name) => `At the end of the day, ${name} will do all eight steps of packing up alone.`,
    better: 'up',
    measure: { kind: 'task-analysis', steps: 8, chaining: 'total' },
    criterion: { comparator: 'at-least', value: 100, times: 3, outOf: 3, per: 'days' },
    from: 25,
    to: 100,
  },
  {
    area: 'writing',
    label: 'Writes a paragraph',
    statement: (name) => `Given a topic, ${name} will write a paragraph that scores 4 on the class rubric.`,
    better: 'up',
    measure: { kind: 'rubric', scale: 'Class writing rubric', lowest: 1, highest: 5 },
    criterion: { comparator: 'at-least', value: 4, times: 3, outOf: 4, per: 'days' },
    from: 1,
    to: 4,
  },
  {
    area: 'transitions',
    label: 'Starts work',
    statement: (name) => `After a direction, ${name} will begin within 15 seconds.`,
    better: 'down',
    measure: { kind: 'latency', value: 'median-seconds' },
    criterion: { comparator: 'at-most', value: 15, times: 4, outOf: 5, per: 'days' },
    from: 55,
    to: 15,
  },
  {
    area: 'play',
    label: 'Plays with others',
    statement: (name) => `At recess, ${name} will play with a classmate for half of the time.`,
    better: 'up',
    measure: { kind: 'duration', value: 'percent-of-time' },
    criterion: { comparator: 'at-least', value: 50, times: 3, outOf: 5, per: 'days' },
    from: 10,
    to: 50,
  },
];

export const ACCOMMODATIONS = [
  { category: 'timing-scheduling', use: 'both', label: 'Extra time', description: 'Half as long again for written work and tests.' },
  { category: 'setting', use: 'instruction', label: 'Quiet seat', description: 'A seat away from the door and the pencil sharpener.' },
  { category: 'presentation', use: 'both', label: 'Read aloud', description: 'Directions and word problems are read aloud on request.' },
  {
    category: 'behavioural',
    use: 'instruction',
    label: 'Breaks',
    description: 'A three-minute break after each work period, with a card.',
  },
  { category: 'response', use: 'instruction', label: 'Types answers', description: 'May type instead of writing by hand.' },
  { category: 'presentation', use: 'modification', label: 'Fewer items', description: 'Half of the practice items, the same skills.' },
] as const;

export const SERVICES: readonly [
  Pick<Service, 'discipline' | 'minutes' | 'frequency' | 'location' | 'delivery'>,
  ...Pick<Service, 'discipline' | 'minutes' | 'frequency' | 'location' | 'delivery'>[],
] = [
  { discipline: 'speech', minutes: 30, frequency: { sessions: 2, per: 'week' }, location: 'Therapy room', delivery: 'individual' },
  { discipline: 'occupational', minutes: 30, frequency: { sessions: 1, per: 'week' }, location: 'Sensory room', delivery: 'individual' },
];

const STRENGTHS = [
  'Remembers every song',
  'Kind to younger children',
  'Draws in great detail',
  'Knows all the bus routes',
  'Never gives up on a puzzle',
] as const;
const INTERESTS = ['Trains', 'Octopuses', 'Football cards', 'Baking', 'Weather maps'] as const;
const CHALLENGES = ['Loud rooms', 'Sudden changes', 'Long directions', 'Waiting in line', 'Starting a blank page'] as const;
const HELPS = ['A two-minute warning', 'One direction at a time', 'A job to do', 'Headphones', 'Sitting beside, not across'] as const;
const AVOID = ['Touching from behind', 'Asking twice at once', 'Calling out mistakes', 'Taking the fidget away'] as const;

export function profileOf(pick: <T>(items: readonly [T, ...T[]]) => T): Profile {
  return {
    strengths: [pick(STRENGTHS)],
    challenges: [pick(CHALLENGES)],
    interests: [pick(INTERESTS)],
    communication: [pick(['Short sentences', 'Pictures and short sentences', 'A talker with 40 buttons', 'Signs and words'])],
    helps: [pick(HELPS), 'Praise for the exact thing done'],
    avoid: [pick(AVOID)],
    visualSupports: ['First / then card', 'Day schedule on the desk'],
    health: [],
    contacts: ['Case manager first, then the office'],
  };
}

export const NOTES = [
  'Worked hard after a slow start.',
  'Needed two breaks.',
  'Very proud of the last trial.',
  'New group of words today.',
  'Tired after the assembly.',
] as const;
