import type { TSchema } from '@foundation/kernel';

/** Property names from the root of `data`; `*` stands for every item of a list or every value of a map. */
export type SealedPath = readonly string[];

/**
 * Where `sealed: true` stands in a schema. Alternatives give the union of their paths, so a path may lead nowhere in a given event.
 * @throws TypeError when a mark stands where no path reaches (such text would be kept in clear) or on something other than a string.
 */
export function sealedPathsOf(type: string, schema: TSchema): readonly SealedPath[] {
  const marked = new Set<object>();
  const paths = new Map<string, SealedPath>();
  walk(schema, [], (path, node) => {
    if (node.type !== 'string' || path.length === 0)
      throw new TypeError(`${type}: only text in a field can be sealed, not /${path.join('/')}`);
    marked.add(node);
    paths.set(path.join('/'), path);
  });
  if (marksIn(schema).some((node) => !marked.has(node))) throw new TypeError(`${type}: a sealed mark stands where no path reaches it`);
  return [...paths.values()];
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function walk(node: unknown, path: SealedPath, found: (path: SealedPath, node: Node) => void): void {
  if (!isNode(node)) return;
  if (node.sealed === true) found(path, node);
  for (const keyword of ['anyOf', 'allOf', 'oneOf']) {
    const alternatives = node[keyword];
    if (Array.isArray(alternatives)) for (const alternative of alternatives) walk(alternative, path, found);
  }
  if (isNode(node.properties)) for (const [name, child] of Object.entries(node.properties)) walk(child, [...path, name], found);
  if (isNode(node.patternProperties)) for (const child of Object.values(node.patternProperties)) walk(child, [...path, '*'], found);
  for (const item of Array.isArray(node.items) ? (node.items as unknown[]) : [node.items]) walk(item, [...path, '*'], found);
}

/** Every mark, wherever it stands. */
function marksIn(node: unknown): Node[] {
  if (!isNode(node)) return [];
  return [...(node.sealed === true ? [node] : []), ...Object.values(node).flatMap(marksIn)];
}
