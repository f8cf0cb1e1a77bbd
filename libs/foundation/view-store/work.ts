import { type Position, START } from '@foundation/kernel';
import type { ClosableSource } from './event-source';
import { fingerprintOf } from './fingerprint';
import { digestOf, rowCountOf } from './digest';
import { openBuild } from './open-file';
import { BATCH, BUILD_BATCH, type Halt, Projector, readStates, type ViewState } from './projector';
import { isDamage, nameOf, openForReading } from './sqlite';
import { type OnStep, openAside, type Verified, verify } from './verify';
import { sameFingerprint, type ViewFile, ViewFiles } from './view-files';
import type { ViewSet } from './view-set';

/** Beside a running server or without one: this work only reads the log and its serving views file. */
export interface ViewsWorkDeps {
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
  /** How far each view came, and where one halted. */
  readonly views: readonly ViewState[];
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

function withSource<T>({ folder, set, masterKey }: ViewsWorkDeps, run: (source: ClosableSource) => T): T {
  const source = set.openSource(folder, masterKey);
  try {
    return run(source);
  } finally {
    source.close();
  }
}

/** @throws DamagedViews */
export function viewsStatus(deps: ViewsWorkDeps): ViewsReport {
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
export function viewsRebuild(deps: ViewsWorkDeps, onStep: OnStep = () => undefined): Rebuilt {
  return withSource(deps, (source) => {
    const files = new ViewFiles(deps.folder);
    const wanted = fingerprintOf(deps.set.views, deps.set.code);
    const build = openBuild(files, wanted, deps.set.views, source, { afresh: true });
    const { projector, file } = build;
    try {
      for (let more = true; more;) {
        more = build.step(BUILD_BATCH);
        onStep({ phase: 'building', done: Number(projector.position), total: Number(source.head()), events: build.events });
      }
      const served = files.current();
      if (!files.exists(file) || (served && served.generation > file.generation)) {
        files.drop(file);
        throw new Superseded(`Another build was finished first: ${served?.name ?? 'none serves'}`);
      }
      // Before it is let go of: what nobody has open and no pointer names is swept away.
      files.point(file);
      return { file: file.name, events: build.events, views: projector.states };
    } finally {
      build.close();
    }
  });
}

/** @throws NothingToVerify, DamagedViews */
export function viewsVerify(deps: ViewsWorkDeps, onStep: OnStep = () => undefined): Verified {
  return withSource(deps, (source) => {
    const files = new ViewFiles(deps.folder);
    const file = files.current();
    if (!file || !files.exists(file)) throw new NothingToVerify('No views file serves yet');
    if (!sameFingerprint(file, fingerprintOf(deps.set.views, deps.set.code)))
      throw new NothingToVerify('The serving file was built by other code: the next start, or rebuild, builds it anew');
    return reading(file, () => verify(files, file, deps.set.views, source, onStep));
  });
}

/**
 * Builds the views of a log in a file of their own, says what they come to and drops the file: the proof that a copy of the log can be
 * lived from. The file holds clear text, so it is made in `scratch`, a folder that holds such files anyway, never beside a copy.
 */
export function viewsAside(deps: ViewsWorkDeps, scratch: string, onStep: OnStep = () => undefined): BuiltAside {
  return withSource(deps, (source) => {
    const { db, close } = openAside(new ViewFiles(scratch));
    try {
      const projector = new Projector(db, deps.set.views, source);
      const total = Number(source.head());
      let events = 0;
      for (let read = projector.step(BATCH); read > 0; read = projector.step(BATCH)) {
        events += read;
        onStep({ phase: 'building', done: Number(projector.position), total, events });
      }
      const views = projector.states.map(({ view, halted }) => ({
        view,
        rows: rowCountOf(db, view),
        digest: digestOf(db, view),
        ...(halted ? { halted } : {}),
      }));
      return { events, views };
    } finally {
      close();
    }
  });
}

/** A rebuild or a verification, as somebody asks for it beside a running service. */
export type ViewsWork = 'rebuild' | 'verification';

export type ViewsOutcome =
  | { readonly kind: 'rebuilt'; readonly rebuilt: Rebuilt }
  | { readonly kind: 'verified'; readonly verified: Verified }
  | { readonly kind: 'refused'; readonly why: string };

/** Carries the work out; what cannot be done is said in words that name no person. @throws when the machine fails */
export function workOnViews(work: ViewsWork, deps: ViewsWorkDeps, onStep: OnStep): ViewsOutcome {
  try {
    return work === 'rebuild'
      ? { kind: 'rebuilt', rebuilt: viewsRebuild(deps, onStep) }
      : { kind: 'verified', verified: viewsVerify(deps, onStep) };
  } catch (error) {
    if (error instanceof Superseded || error instanceof NothingToVerify || error instanceof DamagedViews)
      return { kind: 'refused', why: error.message };
    throw error;
  }
}
