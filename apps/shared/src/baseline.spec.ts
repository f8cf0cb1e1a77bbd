import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { knownBesides } from '@foundation/operations';
import { BASELINE } from './baseline';
import { catalogue } from './events';

describe('what every node with a gate for writing knows', () => {
  it('is known for ever, in its first version or a later one that reads it', () => {
    for (const [type, version] of BASELINE) expect(catalogue.definitionOf(type)?.version).toBeGreaterThanOrEqual(version);
  });

  it('was kept as golden samples, in these very versions', () => {
    const kept = new Set(readdirSync(join(__dirname, '../../../test/golden-events')));
    for (const [type, version] of BASELINE) expect(kept).toContain(`${type}.v${version}.json`);
  });

  it('grows no more: what later releases write besides, a node of this one states, and it waits for the others', () => {
    expect(knownBesides(BASELINE, catalogue.definitions).map(({ type, version }) => `${type} ${version}`)).toEqual([
      'students.enrolled 2',
      'students.unenrolled 2',
    ]);
  });
});
