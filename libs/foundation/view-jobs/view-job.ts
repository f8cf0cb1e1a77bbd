import { defineJob, type JobKind } from '@foundation/jobs';
import type { ActorId, Branded, Instant, NodeId } from '@foundation/kernel';
import type { Step, ViewsOutcome, ViewsWork } from '@foundation/view-store';

export type ViewJobId = Branded<string, 'ViewJobId'>;

export const WORKS = ['rebuild', 'verification'] as const satisfies readonly ViewsWork[];
export const STATUSES = ['waiting', 'running', 'finished', 'failed', 'interrupted'] as const;
/** `switching`: it is built, and readers go over to it. */
export const PHASES = ['building', 'comparing', 'switching'] as const satisfies readonly (Step['phase'] | 'switching')[];
export const VERDICTS = ['rebuilt', 'equal', 'differs', 'halted'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What became of one view. */
export interface ViewResult {
  readonly view: string;
  /** How far in the log, in decimals. */
  readonly position: string;
  readonly verdict: Verdict;
  /** SHA-256 over the rows that are served; of a verification. */
  readonly digest?: string;
  /** Tables with rows that the log does not give, or without some that it gives. No key is told: it may be of a person. */
  readonly tables?: readonly string[];
}

/** A rebuild or a verification of a node's views: who asked for it, how far it is, what came of it. */
export interface ViewJob {
  readonly job: ViewJobId;
  readonly node: NodeId;
  readonly work: ViewsWork;
  readonly by: ActorId;
  readonly askedAt: Instant;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  readonly status: (typeof STATUSES)[number];
  readonly phase?: (typeof PHASES)[number];
  readonly done: number;
  readonly total: number;
  /** Read from the log so far. */
  readonly events: number;
  readonly verdict?: Verdict;
  readonly views?: readonly ViewResult[];
  /** What is the matter, and what to do. */
  readonly note?: string;
}

export const isEnded = ({ status }: ViewJob): boolean => status === 'finished' || status === 'failed' || status === 'interrupted';

type Payload = { readonly job: ViewJobId };
const kinds = new Map<NodeId, JobKind<Payload>>();

/** A queue for each node: only its own projector may write its views. One at a time; each has a thread of its own. */
export function viewJobOn(node: NodeId): JobKind<Payload> {
  const known = kinds.get(node);
  if (known) return known;
  const kind = defineJob<Payload>({ name: 'views.work', queue: `views-${node}`, attempts: 5, backoffMs: 1000, concurrency: 1 });
  kinds.set(node, kind);
  return kind;
}

const HALTED = 'A view has halted at an event that it cannot take: `npm run views -- status` names the event; upgrade or go back.';
const DIFFERS =
  'Rows differ from what the log gives. Nothing recorded is lost: ask for a rebuild, which makes them anew. Should it differ again after ' +
  'that, keep the log and report it.';

/** What an ended job tells of what came of its work. */
export function resultOf(outcome: ViewsOutcome): Pick<ViewJob, 'status' | 'verdict' | 'views' | 'note'> {
  if (outcome.kind === 'refused') return { status: 'failed', note: `${outcome.why}.` };
  const views = outcome.kind === 'rebuilt' ? builtViews(outcome.rebuilt) : comparedViews(outcome.verified);
  const verdict = worst(views.map((view) => view.verdict));
  return {
    status: 'finished',
    verdict,
    views,
    ...(verdict === 'differs' && { note: DIFFERS }),
    ...(verdict === 'halted' && { note: HALTED }),
  };
}

type Of<K extends ViewsOutcome['kind']> = Extract<ViewsOutcome, { kind: K }>;

const builtViews = ({ views }: Of<'rebuilt'>['rebuilt']): ViewResult[] =>
  views.map(({ view, position, halted }) => ({ view, position: String(position), verdict: halted ? 'halted' : 'rebuilt' }));

const comparedViews = ({ positions, digests, differences }: Of<'verified'>['verified']): ViewResult[] =>
  [...positions].map(([view, position]) => {
    const tables = differences.filter((difference) => difference.view === view).map(({ table }) => table);
    const digest = digests.get(view);
    return {
      view,
      position: String(position),
      ...(digest !== undefined && { digest }),
      ...(tables.length > 0 ? { verdict: 'differs', tables } : { verdict: 'equal' }),
    };
  });

const worst = (verdicts: readonly Verdict[]): Verdict =>
  (['differs', 'halted', 'equal'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'rebuilt';
