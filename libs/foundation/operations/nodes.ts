import type { EventDefinition, Happened, Instant, NodeId } from '@foundation/kernel';
import { nodeStated, type OperationsEvent } from './events';

/** Event types, each with the newest version of it. */
export type Versions = ReadonlyMap<string, number>;
export type TypeVersion = Pick<EventDefinition, 'type' | 'version'>;

export const covers = (known: Versions, { type, version }: TypeVersion): boolean => (known.get(type) ?? 0) >= version;

/** What a release knows besides the types that every release with a gate knows. */
export const knownBesides = (baseline: Versions, definitions: readonly TypeVersion[]): readonly TypeVersion[] =>
  definitions.filter((definition) => !covers(baseline, definition)).map(({ type, version }) => ({ type, version }));

/** What a node last said of itself. */
export interface NodeWord {
  readonly node: NodeId;
  readonly release: string;
  readonly knows: Versions;
  readonly at: Instant;
  readonly retired: boolean;
}

export interface Nodes {
  readonly words: ReadonlyMap<NodeId, NodeWord>;
  /**
   * What every live node knew at some moment of the log. It stays open, for it may have been written since: a node that joins later and does
   * not know it, or goes back to an older release, answers "being upgraded" where it meets it.
   */
  readonly opened: Versions;
}

const DAY_MS = 86_400_000;
/** A node that has been silent for longer was thrown away, and counts no more. */
export const FORGOTTEN_AFTER_MS = 2 * DAY_MS;

const silentMs = ({ at }: NodeWord, now: Instant): number => Date.parse(now) - Date.parse(at);
export const isForgotten = (word: NodeWord, now: Instant): boolean => silentMs(word, now) >= FORGOTTEN_AFTER_MS;
export const isLive = (word: NodeWord, now: Instant): boolean => !word.retired && !isForgotten(word, now);
const liveOf = (words: Nodes['words'], now: Instant): readonly NodeWord[] => [...words.values()].filter((word) => isLive(word, now));

const initial: Nodes = { words: new Map(), opened: new Map() };

function evolve({ words, opened }: Nodes, event: Happened<OperationsEvent>): Nodes {
  const word = wordOf(words, event);
  if (!word) return { words, opened };
  const next = new Map(words).set(word.node, word);
  return { words: next, opened: newestOf(opened, knownByAll(liveOf(next, event.meta.recordedAt))) };
}

function wordOf(words: Nodes['words'], event: Happened<OperationsEvent>): NodeWord | undefined {
  if (event.type !== nodeStated.type) {
    const word = words.get(event.data.node);
    return word && { ...word, retired: true };
  }
  const { node, release, knows } = event.data;
  const versions = new Map(knows.map(({ type, version }) => [type, version]));
  return { node, release, knows: versions, at: event.meta.recordedAt, retired: false };
}

/** The nodes of a cluster, as their events in the order of the log tell them. */
export const nodesFold = { initial, evolve };

function knownByAll([first, ...others]: readonly NodeWord[]): Versions {
  const versions = new Map<string, number>();
  for (const [type, version] of first?.knows ?? []) {
    const common = Math.min(version, ...others.map(({ knows }) => knows.get(type) ?? 0));
    if (common > 0) versions.set(type, common);
  }
  return versions;
}

export function newestOf(...all: readonly Versions[]): Versions {
  const newest = new Map<string, number>();
  for (const [type, version] of all.flatMap((versions) => [...versions])) newest.set(type, Math.max(version, newest.get(type) ?? 0));
  return newest;
}

/** The live nodes that could not read it. */
export const behind = ({ words }: Nodes, wanted: TypeVersion, now: Instant): readonly NodeWord[] =>
  liveOf(words, now).filter(({ knows }) => !covers(knows, wanted));

/** Whether it may be written. While no node has said anything, nobody is known to read it. */
export const isOpen = (nodes: Nodes, wanted: TypeVersion, now: Instant): boolean =>
  covers(nodes.opened, wanted) || (liveOf(nodes.words, now).length > 0 && behind(nodes, wanted, now).length === 0);

/** Whether a node must say (again) what it is: on its first day, after a change of release, once retired, and each day. */
export function mustState(last: NodeWord | undefined, saying: Pick<NodeWord, 'release' | 'knows'>, now: Instant): boolean {
  if (!last || last.retired || last.release !== saying.release) return true;
  const same = last.knows.size === saying.knows.size && [...saying.knows].every(([type, version]) => last.knows.get(type) === version);
  // Also a word from the future, said by a clock that was wrong.
  return !same || Math.abs(silentMs(last, now)) >= DAY_MS;
}
