const PAGE = 1 << 20;
/** Before a text: where the one before it of the same person lies (8 bytes), and its length in bytes (4). */
const HEAD = 12;
const NOWHERE = -1;

/** Texts in pages of bytes outside the heap: two hundred thousand of them cost the collector nothing. A text is shorter than a page. */
class Arena {
  private readonly pages: Buffer[] = [];
  private used = PAGE;

  /** Where the text lies now. */
  put(text: string, before: number): number {
    const length = Buffer.byteLength(text);
    if (this.used + HEAD + length > PAGE) {
      this.pages.push(Buffer.allocUnsafe(PAGE));
      this.used = 0;
    }
    const page = this.pageOf(this.pages.length - 1);
    const place = (this.pages.length - 1) * PAGE + this.used;
    page.writeDoubleLE(before, this.used);
    page.writeUInt32LE(length, this.used + 8);
    page.write(text, this.used + HEAD);
    this.used += HEAD + length;
    return place;
  }
  get(place: number): { readonly text: string; readonly before: number } {
    const page = this.pageOf(Math.floor(place / PAGE));
    const at = place % PAGE;
    const start = at + HEAD;
    return { text: page.toString('utf8', start, start + page.readUInt32LE(at + 8)), before: page.readDoubleLE(at) };
  }
  private pageOf(index: number): Buffer {
    const page = this.pages[index];
    if (!page) throw new RangeError(`No page ${index}`);
    return page;
  }
}

/** What of a thing is written down: its own values as they are, values that stand in many things (texts, and lists that are one object) once. */
export interface Fields<T> {
  readonly own: readonly (keyof T)[];
  readonly shared: readonly (keyof T)[];
}

/**
 * Things as short texts outside the heap: tens of thousands of rows as objects take several times the memory of the files they came from.
 * Asked for, a thing is made anew. What it is found by is known to whoever asks, and not written down.
 */
class Packing<T, K extends keyof T> {
  private readonly arena = new Arena();
  private readonly values: unknown[] = [undefined];
  private readonly numbers = new Map<unknown, number>([[undefined, 0]]);

  constructor(
    private readonly key: K,
    private readonly fields: Fields<T>,
  ) {}

  put(thing: T, before = NOWHERE): number {
    const { own, shared } = this.fields;
    const written: unknown[] = [];
    for (const field of shared) written.push(this.numberOf(thing[field]));
    for (const field of own) written.push(thing[field]);
    return this.arena.put(JSON.stringify(written), before);
  }
  get(place: number, key: T[K]): { readonly thing: T; readonly before: number } {
    const { own, shared } = this.fields;
    const { text, before } = this.arena.get(place);
    const written = JSON.parse(text) as readonly unknown[];
    const thing: Partial<Record<keyof T, unknown>> = {};
    thing[this.key] = key;
    let index = 0;
    for (const field of shared) thing[field] = this.values[written[index++] as number];
    for (const field of own) {
      // JSON writes null where a list holds undefined.
      thing[field] = written[index++] ?? undefined;
    }
    return { thing: thing as T, before };
  }

  private numberOf(value: unknown): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    this.numbers.set(value, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** The sourcedIds of people, numbered as they are met: one table, whatever is kept of them. */
export class PeopleIndex implements Iterable<[sourcedId: string, number: number]> {
  private readonly numbers = new Map<string, number>();

  find(sourcedId: string): number | undefined {
    return this.numbers.get(sourcedId);
  }
  numberOf(sourcedId: string): number {
    const known = this.numbers.get(sourcedId);
    if (known === undefined) this.numbers.set(sourcedId, this.numbers.size);
    return known ?? this.numbers.size - 1;
  }
  [Symbol.iterator](): Iterator<[string, number]> {
    return this.numbers.entries();
  }
}

/** Where the last thing of each person lies. */
class Places {
  private readonly places: number[] = [];

  constructor(private readonly index: PeopleIndex) {}

  get(sourcedId: string): number {
    return this.at(this.index.find(sourcedId));
  }
  set(sourcedId: string, place: number): void {
    const number = this.index.numberOf(sourcedId);
    // Without a gap: a list with one takes several times the memory.
    while (this.places.length < number) this.places.push(NOWHERE);
    this.places[number] = place;
  }
  /** In the order in which the index met them. */
  *[Symbol.iterator](): Iterator<[sourcedId: string, place: number]> {
    for (const [sourcedId, number] of this.index) {
      const place = this.at(number);
      if (place !== NOWHERE) yield [sourcedId, place];
    }
  }
  private at(number: number | undefined): number {
    return (number === undefined ? undefined : this.places[number]) ?? NOWHERE;
  }
}

/** One thing of each person, which bears the person's sourcedId, in the order in which the index met them. */
export class Packed<T extends { readonly sourcedId: string }> implements Iterable<T> {
  private readonly places: Places;
  private readonly packing: Packing<T, 'sourcedId'>;
  size = 0;

  constructor(fields: Fields<T>, index = new PeopleIndex()) {
    this.packing = new Packing('sourcedId', fields);
    this.places = new Places(index);
  }
  has(sourcedId: string): boolean {
    return this.places.get(sourcedId) !== NOWHERE;
  }
  *keys(): Iterable<string> {
    for (const [sourcedId] of this.places) yield sourcedId;
  }
  put(thing: T): void {
    if (!this.has(thing.sourcedId)) this.size += 1;
    this.places.set(thing.sourcedId, this.packing.put(thing));
  }
  get(sourcedId: string): T | undefined {
    const place = this.places.get(sourcedId);
    return place === NOWHERE ? undefined : this.packing.get(place, sourcedId).thing;
  }
  *[Symbol.iterator](): Iterator<T> {
    for (const [sourcedId, place] of this.places) yield this.packing.get(place, sourcedId).thing;
  }
}

/** Things by the person they are of. */
export class PackedByPerson<T extends { readonly person: string }> {
  private readonly last: Places;
  private readonly packing: Packing<T, 'person'>;
  size = 0;

  constructor(fields: Fields<T>, index = new PeopleIndex()) {
    this.packing = new Packing('person', fields);
    this.last = new Places(index);
  }
  *people(): Iterable<string> {
    for (const [person] of this.last) yield person;
  }
  has(person: string): boolean {
    return this.last.get(person) !== NOWHERE;
  }
  put(thing: T): void {
    this.size += 1;
    this.last.set(thing.person, this.packing.put(thing, this.last.get(thing.person)));
  }
  /** In the order of the file. */
  of(person: string): readonly T[] {
    const things: T[] = [];
    for (let place = this.last.get(person); place !== NOWHERE;) {
      const { thing, before } = this.packing.get(place, person);
      things.push(thing);
      place = before;
    }
    return things.reverse();
  }
}
