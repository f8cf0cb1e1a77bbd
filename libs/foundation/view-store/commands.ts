import { Presets, SingleBar } from 'cli-progress';
import { Command, CommanderError } from 'commander';
import { type Position, START } from '@foundation/kernel';
import type { ClosableSource } from './event-source';
import { fingerprintOf } from './fingerprint';
import { digestOf, rowCountOf } from './digest';
import { openBuild } from './open-file';
import { BATCH, BUILD_BATCH, type Halt, Projector, readStates } from './projector';
import { isDamage, nameOf, openForReading, openForWriting } from './sqlite';
import { type Verified, verify } from './verify';
import { sameFingerprint, type ViewFile, ViewFiles } from './view-files';
import type { Building } from './view-runtime';
import type { ViewSet } from './view-set';

/** Beside a running server or without one: the commands only read the log and its serving views file. */
export interface ViewsCommandDeps {
  readonly folder: string;
  readonly set: ViewSet;
  readonly masterKey: Uint8Array;
}

export interface ViewLine {
  readonly view: string;
  readonly position: Position;
  /** Positions between it and the log's end. */
  readonly behind: bigint;
  readonly halted?: Halt;
}

export interface ViewsReport {
  /** The serving file; absent before the first build. */
  readonly file?: string;
  readonly bytes: number;
  /** False when the tables or the code have changed since it was built. */
  readonly current: boolean;
  readonly views: readonly ViewLine[];
}

export interface Rebuilt {
  readonly file: string;
  readonly events: number;
  readonly halted: readonly string[];
}

/** Another build has finished first, or the file was removed under this one. */
export class Superseded extends Error {}
/** There is no serving file, or it was built by other code. */
export class NothingToVerify extends Error {}

/** What the views of a log come to. */
export interface BuiltAside {
  readonly events: number;
  readonly views: readonly { readonly view: string; readonly rows: number; readonly digest: string; readonly halted?: Halt }[];
}

/** The serving file itself is broken; its rows are in the log still. */
export class DamagedViews extends Error {
  constructor(file: string, cause: unknown) {
    super(`${file} is damaged (${nameOf(cause)}). Nothing is lost: rebuild, or a start of the server, builds it anew from the log`, {
      cause,
    });
  }
}

type OnProgress = (building: Building) => void;

function withSource<T>({ folder, set, masterKey }: ViewsCommandDeps, run: (source: ClosableSource) => T): T {
  const source = set.openSource(folder, masterKey);
  try {
    return run(source);
  } finally {
    source.close();
  }
}

/** @throws DamagedViews */
export function viewsStatus(deps: ViewsCommandDeps): ViewsReport {
  const files = new ViewFiles(deps.folder);
  const file = files.current();
  if (!file || !files.exists(file)) return { bytes: 0, current: false, views: [] };
  return reading(file, () => {
    const db = openForReading(files.path(file));
    try {
      const head = withSource(deps, (source) => source.head());
      const views = readStates(db).map((state) => ({ ...state, behind: head > state.position ? head - state.position : START }));
      const current = sameFingerprint(file, fingerprintOf(deps.set.views, deps.set.code));
      return { file: file.name, bytes: files.size(file), current, views };
    } finally {
      db.close();
    }
  });
}

/** @throws DamagedViews */
function reading<T>(file: ViewFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isDamage(error) ? new DamagedViews(file.name, error) : error;
  }
}

/**
 * Builds the next generation to the end of the log and points to it; a running server switches within a second and drops the old.
 * @throws Superseded
 */
export function viewsRebuild(deps: ViewsCommandDeps, onProgress: OnProgress = () => undefined): Rebuilt {
  return withSource(deps, (source) => {
    const files = new ViewFiles(deps.folder);
    const wanted = fingerprintOf(deps.set.views, deps.set.code);
    const build = openBuild(files, wanted, deps.set.views, source, { afresh: true });
    const { projector, file } = build;
    try {
      for (let more = true; more;) {
        more = build.step(BUILD_BATCH);
        onProgress({ file: file.name, done: Number(projector.position), total: Number(source.head()), events: build.events });
      }
      const served = files.current();
      if (!files.exists(file) || (served && served.generation > file.generation)) {
        files.drop(file);
        throw new Superseded(`Another build was finished first: ${served?.name ?? 'none serves'}`);
      }
      // Before it is let go of: what nobody has open and no pointer names is swept away.
      files.point(file);
      return { file: file.name, events: build.events, halted: projector.states.flatMap(({ view, halted }) => (halted ? [view] : [])) };
    } finally {
      build.close();
    }
  });
}

/** @throws NothingToVerify, DamagedViews */
export function viewsVerify(deps: ViewsCommandDeps, onProgress: OnProgress = () => undefined): Verified {
  return withSource(deps, (source) => {
    const files = new ViewFiles(deps.folder);
    const file = files.current();
    if (!file || !files.exists(file)) throw new NothingToVerify('No views file serves yet');
    if (!sameFingerprint(file, fingerprintOf(deps.set.views, deps.set.code)))
      throw new NothingToVerify('The serving file was built by other code: the next start, or rebuild, builds it anew');
    return reading(file, () => verify(files, file, deps.set.views, source, onProgress));
  });
}

/** Where a command writes; `isTTY` chooses between a moving bar and plain lines. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/**
 * Builds the views of a log in a file of their own, says what they come to and drops the file: the proof that a copy of the log can be
 * lived from. The file holds clear text, so it is made in `scratch`, a folder that holds such files anyway, never beside a copy.
 */
export function viewsAside(deps: ViewsCommandDeps, scratch: string, onProgress: OnProgress = () => undefined): BuiltAside {
  return withSource(deps, (source) => {
    const files = new ViewFiles(scratch);
    const aside = { name: `views-verify-${process.pid}.sqlite` };
    files.drop(aside);
    const db = openForWriting(files.path(aside), true);
    try {
      const projector = new Projector(db, deps.set.views, source);
      const total = Number(source.head());
      let events = 0;
      for (let read = projector.step(BATCH); read > 0; read = projector.step(BATCH)) {
        events += read;
        onProgress({ file: aside.name, done: Number(projector.position), total, events });
      }
      const views = projector.states.map(({ view, halted }) => ({
        view,
        rows: rowCountOf(db, view),
        digest: digestOf(db, view),
        ...(halted ? { halted } : {}),
      }));
      return { events, views };
    } finally {
      db.close();
      files.drop(aside);
    }
  });
}

/** `status | rebuild | verify`; answers the exit code: 1 when a view has halted, differs, or the command cannot be carried out. */
export async function runViewsCommand(argv: readonly string[], deps: () => ViewsCommandDeps, out: Output): Promise<number> {
  const say = (line: string): void => void out.write(`${line}\n`);
  let code = 0;
  const program = new Command('views')
    .description('The read models: where they are, build them anew, compare them with the log')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void out.write(text), writeErr: (text) => void out.write(text) });
  program
    .command('status')
    .description('One line for each view')
    .action(() => {
      code = printStatus(viewsStatus(deps()), say);
    });
  program
    .command('rebuild')
    .description('Build the next generation from the log; a running server switches to it')
    .action(async () => {
      const { file, events, halted } = await withBar(out, (onProgress) => viewsRebuild(deps(), onProgress));
      say(`${file} built from ${events} events`);
      for (const view of halted) say(`${view} halted: see status`);
      code = halted.length > 0 ? 1 : 0;
    });
  program
    .command('verify')
    .description('Build aside and compare every row with the serving file')
    .action(async () => {
      const { file, differences, positions } = await withBar(out, (onProgress) => viewsVerify(deps(), onProgress));
      for (const { view, table, key } of differences) say(`${view}: table ${table} differs first at ${key}`);
      if (differences.length === 0) say(`${file}: ${positions.size} views equal what the log gives`);
      code = differences.length > 0 ? 1 : 0;
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof Superseded || error instanceof NothingToVerify || error instanceof DamagedViews)) throw error;
    say(error.message);
    return 1;
  }
  return code;
}

function printStatus(report: ViewsReport, say: (line: string) => void): number {
  const { file, bytes, current, views } = report;
  if (file === undefined) {
    say('No views file yet: a start of the server, or rebuild, builds one');
    return 0;
  }
  const width = Math.max(...views.map(({ view }) => view.length));
  for (const { view, position, behind, halted } of views) {
    const state = halted ? `HALTED at ${halted.at} (${halted.type}, ${halted.reason})` : 'ok';
    say(`${view.padEnd(width)}  position ${position}  behind ${behind}  ${state}  ${file}  ${(bytes / 1e6).toFixed(1)} MB`);
  }
  if (!current) say('The tables or the code have changed since: the next start builds it anew');
  return views.some(({ halted }) => halted) ? 1 : 0;
}

const PLAIN_EVERY_MS = 5000;

interface Shown {
  readonly share: number;
  readonly text: string;
}

/** Shows how far, how fast and how long still: as a bar on a terminal, as a line every five seconds elsewhere. */
async function withBar<T>(out: Output, work: (onProgress: OnProgress) => T): Promise<T> {
  const started = performance.now();
  const { show, end } = out.isTTY ? bar(out) : plain(out);
  try {
    return work(({ done, total, events }) => {
      const seconds = (performance.now() - started) / 1000;
      const left = done > 0 ? Math.max(0, Math.round((seconds * (total - done)) / done)) : '?';
      const share = total > 0 ? Math.min(done / total, 1) : 1;
      show({ share, text: `${events} events | ${Math.round(events / seconds)} events/s | ${left} s left` });
    });
  } finally {
    end();
  }
}

function bar(stream: Output): { readonly show: (shown: Shown) => void; readonly end: () => void } {
  const single = new SingleBar({ stream, format: '{bar} {percentage}% | {text}', hideCursor: true }, Presets.shades_classic);
  single.start(1, 0, { text: '' });
  return { show: ({ share, text }) => single.update(share, { text }), end: () => single.stop() };
}

function plain(out: Output): { readonly show: (shown: Shown) => void; readonly end: () => void } {
  let shownAt = performance.now();
  return {
    show({ share, text }) {
      if (performance.now() - shownAt < PLAIN_EVERY_MS) return;
      shownAt = performance.now();
      out.write(`${Math.floor(share * 100)}% | ${text}\n`);
    },
    end: () => undefined,
  };
}
