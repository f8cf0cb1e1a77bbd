import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { type EventDefinition, Mendable, type RefusalPart, type TSchema } from '@foundation/kernel';
import { renderCatalogue } from './catalogue-page';
import { type SealedPath, sealedPathsOf } from './sealed-paths';

/** The log holds events that this version does not know: it must not start, for a rule would decide without them. */
export class UnknownStoredTypes extends Mendable {
  constructor(readonly types: readonly string[]) {
    super(
      `The log holds event types without a schema: ${types.join(', ')}. Start the version of Throughline that wrote them, or a newer one.`,
    );
  }
}

/** A newer Throughline wrote the event. */
export class NewerEventVersion extends Error {
  constructor(
    readonly type: string,
    readonly version: number,
    readonly known: number,
  ) {
    super(`${type} version ${version} was written by a newer Throughline; this one knows version ${known}.`);
  }
}

interface Entry {
  readonly definition: EventDefinition;
  readonly sealed: readonly SealedPath[];
  /** Compiled when first needed: a command-line tool needs few. */
  validator?: TypeCheck<TSchema>;
}

/** Every event type that this version knows: its schema, its history of versions, its sealed fields. */
export class EventCatalogue {
  private readonly entries = new Map<string, Entry>();

  /** @throws TypeError when a definition contradicts itself or another: the same type twice, a missing upcast, sealed text without an owner. */
  constructor(definitions: readonly EventDefinition[]) {
    for (const definition of definitions) {
      const { type, version, upcasts = {}, subject, schema } = definition;
      if (this.entries.has(type)) throw new TypeError(`${type} is defined twice`);
      for (let from = 1; from < version; from++) {
        if (!upcasts[from]) throw new TypeError(`${type} is at version ${version} and has no upcast from version ${from}`);
      }
      const sealed = sealedPathsOf(type, schema);
      if (subject === 'none' && sealed.length > 0) throw new TypeError(`${type} has sealed fields and nobody whose key seals them`);
      if (subject === 'staff' && !('staff' in (schema.properties as object))) {
        throw new TypeError(`${type} is sealed with the key of data.staff, which it lacks`);
      }
      this.entries.set(type, { definition, sealed });
    }
  }

  /** Sorted by type. */
  get definitions(): readonly EventDefinition[] {
    return [...this.entries.values()].map((entry) => entry.definition).sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  definitionOf(type: string): EventDefinition | undefined {
    return this.entries.get(type)?.definition;
  }

  /** What is wrong with data of the current version, by JSON pointer and without quoting it; nothing when it is valid. @throws UnknownStoredTypes */
  check(type: string, data: unknown): readonly RefusalPart[] {
    const entry = this.entry(type);
    const validator = (entry.validator ??= TypeCompiler.Compile(entry.definition.schema));
    if (validator.Check(data)) return [];
    return [...validator.Errors(data)].map(({ path, message }) => ({ pointer: path, detail: message }));
  }

  /** Where sealed text may stand in data of the current version; `*` is every item. @throws UnknownStoredTypes */
  sealedPaths(type: string): readonly SealedPath[] {
    return this.entry(type).sealed;
  }

  /** Data of an older version as the current one has it. @throws NewerEventVersion, UnknownStoredTypes */
  upcast(type: string, version: number, data: unknown): unknown {
    const { definition } = this.entry(type);
    if (version > definition.version) throw new NewerEventVersion(type, version, definition.version);
    let current = data;
    for (let from = version; from < definition.version; from++) {
      const step = definition.upcasts?.[from];
      if (!step) throw new TypeError(`${type} never had a version ${from}`);
      current = step(current as never);
    }
    return current;
  }

  /** @throws UnknownStoredTypes naming each type that has no schema here. */
  assertCovers(storedTypes: readonly string[]): void {
    const unknown = storedTypes.filter((type) => !this.entries.has(type)).sort();
    if (unknown.length > 0) throw new UnknownStoredTypes(unknown);
  }

  /** The page for people (EVENTS.md): the same text for the same definitions, in whatever order they came. */
  toMarkdown(): string {
    return renderCatalogue(this.definitions);
  }

  private entry(type: string): Entry {
    const entry = this.entries.get(type);
    if (!entry) throw new UnknownStoredTypes([type]);
    return entry;
  }
}
