import fc from 'fast-check';
import { type Happened, id, type Instant, type NodeId } from '@foundation/kernel';
import { happened } from '@foundation/testing';
import { nodeRetired, nodeStated, type OperationsEvent } from './events';
import { behind, covers, isOpen, knownBesides, mustState, nodesFold, type TypeVersion } from './nodes';

const [ANNA, BERT] = ['0190c5a4-6e0b-7c59-9f0e-0c7d5d1c0f21', '0190c5a4-6e0b-7c59-9f0e-0c7d5d1c0f22'].map((text) => id<NodeId>(text)) as [
  NodeId,
  NodeId,
];
const PRAISED = { type: 'plans.goal-praised', version: 1 };
const SET_ANEW = { type: 'plans.goal-set', version: 2 };

const START_MS = Date.parse('2026-03-03T08:00:00.000Z');
const HOUR_MS = 3_600_000;
/** So many hours after the story began. */
const hour = (hours: number) => new Date(START_MS + hours * HOUR_MS).toISOString() as Instant;
const states = (node: NodeId, hours: number, ...knows: readonly TypeVersion[]): Happened<OperationsEvent> =>
  happened(nodeStated.of({ node, release: `0.${knows.length}.0`, knows: [...knows] }), { recordedAt: hour(hours) });
const retires = (node: NodeId, hours: number): Happened<OperationsEvent> => happened(nodeRetired.of({ node }), { recordedAt: hour(hours) });
const givenNodes = (...events: readonly Happened<OperationsEvent>[]) => events.reduce(nodesFold.evolve, nodesFold.initial);

describe('what a cluster’s nodes have said', () => {
  it('opens a new type once every live node knows it', () => {
    const upgrading = givenNodes(states(ANNA, 0), states(BERT, 0), states(ANNA, 1, PRAISED));
    expect(isOpen(upgrading, PRAISED, hour(2))).toBe(false);
    expect(behind(upgrading, PRAISED, hour(2)).map(({ node, release }) => [node, release])).toEqual([[BERT, '0.0.0']]);
    const upgraded = nodesFold.evolve(upgrading, states(BERT, 3, PRAISED));
    expect(isOpen(upgraded, PRAISED, hour(4))).toBe(true);
  });

  it('opens a version of a known type in the same way, and with it every one before', () => {
    const later = { ...SET_ANEW, version: 3 };
    const together = givenNodes(states(ANNA, 0), states(BERT, 0), states(ANNA, 1, later), states(BERT, 1, SET_ANEW));
    expect([2, 3].map((version) => isOpen(together, { ...SET_ANEW, version }, hour(1)))).toEqual([true, false]);
  });

  it('waits no more for a node that is retired, and again for one that comes back', () => {
    const upgrading = givenNodes(states(ANNA, 0), states(BERT, 0), states(ANNA, 1, PRAISED));
    const without = nodesFold.evolve(upgrading, retires(BERT, 2));
    expect(isOpen(without, PRAISED, hour(3))).toBe(true);
    const back = givenNodes(states(ANNA, 0), states(BERT, 0), retires(BERT, 1), states(BERT, 2), states(ANNA, 3, PRAISED));
    expect(isOpen(back, PRAISED, hour(4))).toBe(false);
  });

  it('forgets a node that was silent for two days', () => {
    const nodes = givenNodes(states(ANNA, 0), states(BERT, 0), states(ANNA, 24, PRAISED));
    expect(isOpen(nodes, PRAISED, hour(47))).toBe(false);
    expect(isOpen(nodes, PRAISED, hour(48))).toBe(true);
  });

  it('keeps open what was open once: for who joins later, or goes back to an older release', () => {
    const nodes = givenNodes(states(ANNA, 0, PRAISED), states(BERT, 1));
    expect([isOpen(nodes, PRAISED, hour(2)), behind(nodes, PRAISED, hour(2)).length]).toEqual([true, 1]);
  });

  it('opens nothing while nobody has said anything', () => {
    expect(isOpen(givenNodes(), PRAISED, hour(0))).toBe(false);
    expect(isOpen(givenNodes(states(ANNA, 0, PRAISED)), SET_ANEW, hour(1))).toBe(false);
  });

  const events = fc
    .array(
      fc.record({
        node: fc.constantFrom(ANNA, BERT),
        retired: fc.boolean(),
        knows: fc.subarray([PRAISED, SET_ANEW, { ...SET_ANEW, type: 'plans.plan-ended' }]),
      }),
      { maxLength: 8 },
    )
    .map((all) => all.map(({ node, retired, knows }, n) => (retired ? retires(node, 3 * n) : states(node, 3 * n, ...knows))));
  const moment = fc.integer({ min: 0, max: 100 }).map(hour);

  it('is the same in whatever order the nodes’ words come, each node’s own in its order', () => {
    fc.assert(
      fc.property(events, moment, (said, now) => {
        const apart = [ANNA, BERT].flatMap((node) => said.filter(({ data }) => data.node === node));
        expect(
          behind(givenNodes(...apart), PRAISED, now)
            .map(({ node }) => node)
            .sort(),
        ).toEqual(
          behind(givenNodes(...said), PRAISED, now)
            .map(({ node }) => node)
            .sort(),
        );
      }),
    );
  });

  it('never closes what it opened, and opens nothing that a live node lacked all along', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const opened = givenNodes(...before).opened;
        const later = givenNodes(...before, ...after).opened;
        for (const [type, version] of opened) expect(covers(later, { type, version })).toBe(true);
        const withOld = givenNodes(states(ANNA, 0), ...before.filter(({ data }) => data.node === BERT));
        expect(isOpen(withOld, PRAISED, hour(30))).toBe(false);
      }),
    );
  });
});

describe('a node’s own word', () => {
  const saying = { release: '0.1.0', knows: new Map([[PRAISED.type, 1]]) };
  const last = givenNodes(states(ANNA, 0, PRAISED)).words.get(ANNA);

  it('is said at first, when it changed, after a retirement, and each day', () => {
    expect(mustState(undefined, saying, hour(1))).toBe(true);
    expect(mustState(last, saying, hour(23))).toBe(false);
    expect(mustState(last, saying, hour(24))).toBe(true);
    expect(mustState(last, { ...saying, release: '0.2.0' }, hour(1))).toBe(true);
    expect(mustState(last, { ...saying, knows: new Map() }, hour(1))).toBe(true);
    expect(mustState(last, { ...saying, knows: new Map([[PRAISED.type, 2]]) }, hour(1))).toBe(true);
    expect(mustState(givenNodes(states(ANNA, 0, PRAISED), retires(ANNA, 1)).words.get(ANNA), saying, hour(1))).toBe(true);
  });

  it('is said anew when the last one comes from the future: the clock was wrong', () => {
    expect(mustState(givenNodes(states(ANNA, 90, PRAISED)).words.get(ANNA), saying, hour(1))).toBe(true);
  });

  it('names what is beyond what every node knows', () => {
    const baseline = new Map([[SET_ANEW.type, 1]]);
    expect(knownBesides(baseline, [{ ...SET_ANEW, version: 1 }, PRAISED])).toEqual([PRAISED]);
    expect(knownBesides(baseline, [SET_ANEW])).toEqual([SET_ANEW]);
  });
});
