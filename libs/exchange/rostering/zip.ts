import { posix } from 'node:path';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { checkedSet, type SourceFile, type SourceSet, UnreadableSet } from './source-file';

/** Entries of any kind: a set has a dozen, a zip that has thousands is none. */
const MAX_ENTRIES = 1000;
/** Rosters are packed to a fifth or a twentieth; what unpacks to 200 times its size was made to do harm. */
const MAX_RATIO = 200;
const SMALL = 64 * 1024;

/** The CSV files of a zip on disk. @throws UnreadableSet */
export const openZipFile = (path: string): Promise<SourceSet> => opened(() => openPromise(path, { autoClose: false }));

/** The CSV files of a zip in memory. @throws UnreadableSet */
export const openZipBuffer = (zip: Buffer): Promise<SourceSet> => opened(() => fromBufferPromise(zip));

async function opened(open: () => Promise<ZipFile>): Promise<SourceSet> {
  let zip: ZipFile | undefined;
  try {
    zip = await open();
    return { files: checkedSet(await filesOf(zip)), close: () => zip?.close() };
  } catch (error) {
    zip?.close();
    if (error instanceof UnreadableSet || isFileSystemError(error)) throw error;
    // yauzl's own words name entries and offsets: true, and of no help to a school office.
    throw new UnreadableSet('This is not a zip file that can be read, or it was damaged on its way: make it anew.', { cause: error });
  }
}

const isFileSystemError = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException).code === 'string';

/** Names are checked by yauzl too (`..`, absolute paths); nothing is ever written under a name of the zip. */
async function filesOf(zip: ZipFile): Promise<readonly SourceFile[]> {
  if (zip.entryCount > MAX_ENTRIES)
    throw new UnreadableSet(`The zip holds ${zip.entryCount} entries, more than ${MAX_ENTRIES}: send the OneRoster files alone.`);
  const files: SourceFile[] = [];
  let folder: string | undefined;
  for await (const entry of zip.eachEntry()) {
    const name = posix.basename(entry.fileName);
    // Folders, and what a Mac adds of its own.
    if (entry.fileName.endsWith('/') || entry.fileName.startsWith('__MACOSX/') || name.startsWith('.')) continue;
    if (!name.toLowerCase().endsWith('.csv')) continue;
    const home = posix.dirname(entry.fileName);
    folder ??= home;
    if (home !== folder) throw new UnreadableSet('The zip has .csv files in several folders: send the files of one set, in one folder.');
    files.push(fileOf(zip, entry, name));
  }
  return files;
}

function fileOf(zip: ZipFile, entry: Entry, name: string): SourceFile {
  if (entry.isEncrypted()) throw new UnreadableSet(`${name} is protected by a password: send the zip without one.`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw new UnreadableSet(`${name} is packed in a way that is not read here: make the zip with the usual method (deflate).`);
  if (entry.uncompressedSize > MAX_RATIO * Math.max(entry.compressedSize, SMALL))
    throw new UnreadableSet(
      `${name} would unpack to ${Math.round(entry.uncompressedSize / entry.compressedSize)} times its size: it is not read.`,
    );
  return {
    name,
    bytes: entry.uncompressedSize,
    async *open() {
      try {
        // The stream ends with an error when it holds more than the entry says.
        yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>;
      } catch (error) {
        throw new UnreadableSet(`${name} is damaged in the zip: make the zip anew.`, { cause: error });
      }
    },
  };
}
