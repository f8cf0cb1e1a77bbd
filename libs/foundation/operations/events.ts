import { defineEvent, type EventOf, Id, List, type NodeId, Shape, Text, Type } from '@foundation/kernel';

/** What the nodes of a cluster say of themselves, each in `node-<id>`: no more than which code they run. */
export const nodeStated = defineEvent({
  type: 'operations.node-stated',
  version: 1,
  subject: 'none',
  summary:
    'A node of a cluster runs this release and reads these event types up to these versions, besides those that every node knows. Said anew ' +
    'when it changes, and once a day: a node that has been silent for two days counts no more.',
  schema: Shape({
    node: Id<NodeId>(),
    release: Text(64),
    knows: List(Shape({ type: Text(100), version: Type.Integer({ minimum: 1, maximum: 1000 }) }), 2000),
  }),
  sample: {
    node: '0190c5a4-6e0b-7c59-9f0e-0c7d5d1c0f21',
    release: '0.2.0',
    knows: [{ type: 'plans.goal-set', version: 2 }],
  },
});

export const nodeRetired = defineEvent({
  type: 'operations.node-retired',
  version: 1,
  subject: 'none',
  summary: 'An operator says that a node of a cluster is gone: nobody waits for it. Should it come back, it states itself anew.',
  schema: Shape({ node: Id<NodeId>() }),
  sample: { node: '0190c5a4-6e0b-7c59-9f0e-0c7d5d1c0f21' },
});

export const operationsEvents = [nodeStated, nodeRetired] as const;
export type OperationsEvent = EventOf<(typeof operationsEvents)[number]>;

/** What the streams of nodes hold. */
export const NODE_EVENTS: readonly string[] = [nodeStated.type, nodeRetired.type];
