import { type DomainEvent } from '@foundation/kernel';
import { schemaFaults } from '@foundation/testing';
import { accessEvents } from './events';

describe('access events', () => {
  it.each(accessEvents.map((event) => [event.type, event] as const))('%s has a sample that its schema takes', (type, event) => {
    const sample = { type, version: event.version, data: event.sample } as DomainEvent;
    expect(schemaFaults(sample, accessEvents)).toEqual([]);
  });
});
