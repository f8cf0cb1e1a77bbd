import type { EventDefinition, SealingSubject, TSchema } from '@foundation/kernel';

const OWNER: Readonly<Record<SealingSubject, string>> = {
  student: 'the student’s key',
  staff: 'the key of the member of staff',
  none: '–',
};

/** Definitions sorted by type → the whole page. */
export function renderCatalogue(definitions: readonly EventDefinition[]): string {
  const rooms = new Map<string, EventDefinition[]>();
  for (const definition of definitions) {
    const room = definition.type.slice(0, definition.type.indexOf('.'));
    rooms.set(room, [...(rooms.get(room) ?? []), definition]);
  }
  const head = [
    '# Events',
    '',
    'Every event that Throughline records, made by `npm run catalogue` from the definitions. 🔒 marks text that is encrypted in the log with the key named.',
    '',
  ];
  return [...head, ...[...rooms].flatMap(([room, events]) => [`## ${room}`, '', ...overview(events), ...events.flatMap(detail)])].join(
    '\n',
  );
}

function overview(events: readonly EventDefinition[]): string[] {
  const rows = events.map(
    ({ type, version, subject, summary }) => `| [${type}](#${anchor(type)}) | ${version} | ${OWNER[subject]} | ${cell(summary)} |`,
  );
  return ['| type | version | sealed with | what happened |', '|---|---|---|---|', ...rows, ''];
}

function detail({ type, schema, sample }: EventDefinition): string[] {
  const rows = fieldsOf(schema, '').map(({ name, kind, sealed }) => `| ${name} | ${cell(kind)} | ${sealed ? '🔒' : ''} |`);
  return [
    `### ${type}`,
    '',
    '| field | type | sealed |',
    '|---|---|---|',
    ...rows,
    '',
    '```json',
    JSON.stringify(sample, null, 2),
    '```',
    '',
  ];
}

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly sealed: boolean;
}

/** One line per leaf; `?` marks an optional field, `[]` a list, `(1)` the first of several alternatives. */
function fieldsOf(schema: TSchema, name: string): Field[] {
  const alternatives = schema.anyOf as readonly TSchema[] | undefined;
  if (alternatives?.some((alternative) => alternative.type === 'object')) {
    return alternatives.flatMap((alternative, index) => fieldsOf(alternative, `${name} (${index + 1})`));
  }
  if (schema.type === 'array') return fieldsOf(schema.items as TSchema, `${name}[]`);
  const properties = schema.properties as Readonly<Record<string, TSchema>> | undefined;
  if (!properties) return [{ name: name.trim(), kind: kindOf(schema), sealed: schema.sealed === true }];
  const required = new Set(schema.required as readonly string[] | undefined);
  return Object.entries(properties).flatMap(([key, child]) =>
    fieldsOf(child, `${name}${name === '' ? '' : '.'}${key}${required.has(key) ? '' : '?'}`),
  );
}

function kindOf(schema: TSchema): string {
  if (Array.isArray(schema.values)) return schema.values.join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as TSchema[]).map(kindOf).join(', ');
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : '';
  if (pattern.startsWith('^[0-9a-f]{8}-')) return 'id';
  if (pattern.startsWith('^\\d{4}-\\d{2}-\\d{2}T')) return 'instant';
  if (pattern.startsWith('^\\d{4}-\\d{2}-\\d{2}$')) return 'day';
  const most = (schema.maxLength ?? schema.maximum) as number | undefined;
  const least = schema.minimum === undefined ? '' : `${String(schema.minimum)} to `;
  return `${typeof schema.type === 'string' ? schema.type : 'any'}${most === undefined ? '' : `, ${least || 'up to '}${String(most)}`}`;
}

/** As GitHub makes them. */
function anchor(heading: string): string {
  return heading.replaceAll('.', '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
