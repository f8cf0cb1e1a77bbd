import { type Metadata } from '@grpc/grpc-js';
import { type Refusal, refusal } from './answers';
import type { NodeContext } from './context';
import type { CallKind, Fault } from './faults';
import type { Caller } from './rights';

type Loss = Extract<Fault, { kind: 'lose-answer' }>['by'];

/** What becomes of a call before its work is looked at. */
export type Passage =
  | { readonly kind: 'serve'; readonly caller: Caller; readonly lose?: Loss; readonly twice: boolean }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | { readonly kind: 'silent' }
  | { readonly kind: 'half-close' };

const WRITES: readonly CallKind[] = ['append', 'batch-append', 'delete', 'tombstone'];

/** Every call of a node goes through here: credentials, the node's place in the cluster, then the faults that are on. */
export function pass(node: NodeContext, call: CallKind, metadata: Metadata, stream: string, then: (passage: Passage) => void): void {
  const met = node.faults.meet(call);
  const decide = () => then(passageOf(node, call, metadata, stream, met));
  const delay = met.reduce((sum, fault) => sum + (fault.kind === 'delay' ? fault.ms : 0), 0);
  if (delay > 0) setTimeout(decide, delay);
  else decide();
}

function passageOf(node: NodeContext, call: CallKind, metadata: Metadata, stream: string, met: readonly Fault[]): Passage {
  const refuse = (why: Refusal): Passage => ({ kind: 'refuse', refusal: why });
  const caller = node.rights.callerOf(metadata);
  let lose: Loss | undefined;
  let twice = false;
  for (const fault of met) {
    switch (fault.kind) {
      case 'silent':
      case 'half-close':
        return { kind: fault.kind };
      case 'unavailable':
        return refuse(refusal.unavailable());
      case 'not-ready':
        return refuse(refusal.notReady());
      case 'not-leader':
        return refuse(node.leader ? refusal.notLeader(node.leader) : refusal.noLeader());
      case 'unauthenticated':
        return refuse(refusal.unauthenticated());
      case 'deny-all':
        if (stream === '$all') return refuse(refusal.accessDenied());
        break;
      case 'lose-answer':
        lose = fault.by;
        break;
      case 'twice':
        twice = true;
        break;
      case 'delay':
        break;
    }
  }
  if (caller === undefined) return refuse(refusal.unauthenticated());
  if (call === 'gossip' || call === 'features') return { kind: 'serve', caller, twice };
  if (node.state === 'unknown') return refuse(refusal.notReady());
  const needsLeader = metadata.get('requires-leader')[0] === 'true' || (WRITES.includes(call) && !node.forwards);
  if (needsLeader && node.state !== 'leader') {
    return refuse(node.leader ? refusal.notLeader(node.leader) : refusal.noLeader());
  }
  return { kind: 'serve', caller, twice, ...(lose && { lose }) };
}
