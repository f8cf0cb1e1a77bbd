import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

export const DOCKER = join(__dirname, '../../docker');
const FILE = join(DOCKER, 'compose.yaml');
const CLUSTER = join(DOCKER, 'compose.cluster.yaml');

export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> | readonly string[];
}
export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const read = (file: string): unknown => load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA.withTags(mergeTag) });

/** The files as they are. */
export const files: readonly (readonly [name: string, content: unknown])[] = [
  ['compose.yaml', read(FILE)],
  ['compose.cluster.yaml', read(CLUSTER)],
];

/** What Docker runs: the first file alone, and the second laid over it. */
export const shapes: readonly (readonly [name: string, compose: Compose])[] = [
  ['one server', read(FILE) as Compose],
  ['three servers', laidOver(read(FILE), read(CLUSTER), []) as Compose],
];

/** As the Compose specification merges: mappings by key, lists joined, volumes by where they are mounted; commands are replaced. */
function laidOver(below: unknown, above: unknown, path: readonly string[]): unknown {
  const key = path.at(-1);
  if (isMapping(below) && isMapping(above)) {
    const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
    return Object.fromEntries([...keys].map((name) => [name, laidOver(below[name], above[name], [...path, name])]));
  }
  if (Array.isArray(below) && Array.isArray(above) && key !== 'command' && key !== 'entrypoint' && key !== 'test') {
    const place = (entry: unknown): string => (key === 'volumes' ? (String(entry).split(':')[1] ?? '') : String(entry));
    return [...below.filter((entry) => !above.some((over) => place(over) === place(entry))), ...(above as unknown[])];
  }
  return above === undefined ? below : above;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
