import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventDefinition } from '@foundation/kernel';

/** One version of one event as it was once written: it must be readable for ever. */
export interface GoldenSample {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

const NAME = /^(.+)\.v(\d+)\.json$/;

export function goldenFile({ type, version }: Pick<EventDefinition, 'type' | 'version'>): string {
  return `${type}.v${version}.json`;
}

/** Keeps the sample of every event version that has none yet; answers the new files' names. What is kept is never written again. */
export function keepGoldenSamples(definitions: readonly EventDefinition[], folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const missing = definitions.filter((definition) => !existsSync(join(folder, goldenFile(definition))));
  for (const definition of missing) writeFileSync(join(folder, goldenFile(definition)), `${JSON.stringify(definition.sample, null, 2)}\n`);
  return missing.map(goldenFile).sort();
}

export function readGoldenSamples(folder: string): readonly GoldenSample[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, type, version] = NAME.exec(file) ?? [];
      if (!type) return [];
      return [{ type, version: Number(version), data: JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown }];
    });
}
