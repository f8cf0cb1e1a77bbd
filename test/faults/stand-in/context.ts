import type { Refusal } from './answers';
import type { Faults } from './faults';
import type { StandInLog } from './log';
import type { Rights } from './rights';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Member extends Endpoint {
  readonly id: string;
  readonly state: 'leader' | 'follower' | 'unknown';
  readonly alive: boolean;
}

/** What a call handler knows of the node that it runs on. */
export interface NodeContext {
  readonly log: StandInLog;
  readonly faults: Faults;
  readonly rights: Rights;
  readonly state: Member['state'];
  readonly leader: Endpoint | undefined;
  /** Whether this node hands a write on to the leader, as a follower does unless asked not to. */
  readonly forwards: boolean;
  members(): readonly Member[];
  /** Cuts the connection that this peer's calls come over, with a reset. */
  cut(peer: string): void;
  /** Registers the ending of a running subscription, and returns the function that takes it out again. */
  onSubscriptionsEnd(end: (refusal?: Refusal) => void): () => void;
}
