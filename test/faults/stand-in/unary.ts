import type { Metadata, sendUnaryData } from '@grpc/grpc-js';
import { type Refusal, refusal } from './answers';
import type { NodeContext } from './context';
import type { CallKind } from './faults';
import { pass } from './gate';
import type { Caller } from './rights';

export interface UnaryCall {
  readonly metadata: Metadata;
  getPeer(): string;
}

export type Answer<T> = { readonly value: T } | { readonly refusal: Refusal };

/** Runs the work of a call that has one answer, and gives, refuses or loses that answer as the faults say. */
export function answerOnce<T>(
  node: NodeContext,
  kind: CallKind,
  call: UnaryCall,
  stream: string,
  answer: sendUnaryData<T>,
  work: (caller: Caller) => Answer<T>,
): void {
  pass(node, kind, call.metadata, stream, (passage) => {
    if (passage.kind === 'refuse') return answer(passage.refusal);
    if (passage.kind !== 'serve') return;
    const result = work(passage.caller);
    switch (passage.lose) {
      case 'cut':
        return node.cut(call.getPeer());
      case 'unavailable':
        return answer(refusal.unavailable());
      case 'silence':
      case 'half-close':
        return;
      case undefined:
        return 'refusal' in result ? answer(result.refusal) : answer(null, result.value);
    }
  });
}
