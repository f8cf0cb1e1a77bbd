import { Mendable } from '@foundation/kernel';

/** One file of a set, wherever it lies. It may be read more than once, from its beginning each time. */
export interface SourceFile {
  /** `users.csv`, without a folder. */
  readonly name: string;
  /** Uncompressed. */
  readonly bytes: number;
  /** Ends with an error when the file cannot be read any more. */
  open(): AsyncIterable<Buffer>;
}

/** The files of one import; `close` when nothing reads them any more. */
export interface SourceSet {
  readonly files: readonly SourceFile[];
  close(): void;
}

/** A set of files cannot be opened: says what to do about it. */
export class UnreadableSet extends Mendable {}

/** Beyond these a set is refused before anything of it is read. */
export const SET_LIMITS = {
  files: 40,
  /** Uncompressed, of all files together: twice what a district of 200,000 students sends. */
  bytes: 256 * 1024 * 1024,
};

/** Pages small enough that whoever reads one does not hold up the requests of others. */
const PAGE_BYTES = 16 * 1024;

export const bufferFile = (name: string, content: Buffer): SourceFile => ({
  name,
  bytes: content.length,
  async *open() {
    for (let start = 0; start < content.length; start += PAGE_BYTES) yield content.subarray(start, start + PAGE_BYTES);
  },
});

export const textFile = (name: string, content: string): SourceFile => bufferFile(name, Buffer.from(content));

/** By the name that OneRoster writes, else by one that differs in case only. */
export function findFile(files: readonly SourceFile[], name: string): SourceFile | undefined {
  return files.find((file) => file.name === name) ?? files.find((file) => file.name.toLowerCase() === name.toLowerCase());
}

/** @throws UnreadableSet for too many files, too many bytes, or two files of one name. */
export function checkedSet(files: readonly SourceFile[]): readonly SourceFile[] {
  if (files.length === 0) throw new UnreadableSet('There is no .csv file in it: send the files of a OneRoster CSV set.');
  if (files.length > SET_LIMITS.files)
    throw new UnreadableSet(`There are ${files.length} .csv files; a set has at most ${SET_LIMITS.files}. Send the OneRoster files alone.`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > SET_LIMITS.bytes) {
    const mebibytes = (count: number) => Math.ceil(count / 1024 / 1024);
    throw new UnreadableSet(
      `The files would take ${mebibytes(bytes)} MiB; at most ${mebibytes(SET_LIMITS.bytes)} MiB are read. Send fewer files at once.`,
    );
  }
  const seen = new Set<string>();
  for (const { name } of files) {
    if (seen.has(name)) throw new UnreadableSet(`${name} is there twice: send one of them.`);
    seen.add(name);
  }
  return [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
}
