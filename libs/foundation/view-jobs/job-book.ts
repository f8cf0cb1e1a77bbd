import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { id, type Instant, type NodeId } from '@foundation/kernel';
import { isEnded, type ViewJob, type ViewJobId } from './view-job';

/** A node that takes such jobs, and when it last said so. */
export interface KnownNode {
  readonly node: NodeId;
  readonly heardAt: Instant;
}

const KEPT = 50;
const JOB = /^([0-9a-f-]{36})\.job$/;
const NODE = /^([0-9a-f-]{36})\.node$/;

/** What was asked for and what came of it, as small files in a folder that all nodes share; no name and no row is in them. */
export class ViewJobBook {
  constructor(private readonly folder: string) {}

  async write(job: ViewJob): Promise<void> {
    await this.put(`${job.job}.job`, JSON.stringify(job));
  }

  async read(job: ViewJobId): Promise<ViewJob | undefined> {
    // Empty after a power cut: the list is not lost for one line of it.
    const text = await this.text(`${job}.job`);
    return text ? (JSON.parse(text) as ViewJob) : undefined;
  }

  /** The last ones, newest first. */
  async list(): Promise<readonly ViewJob[]> {
    const jobs = await Promise.all((await this.ids(JOB)).map((job) => this.read(id<ViewJobId>(job))));
    return jobs.flatMap((job) => job ?? []).sort((a, b) => (a.askedAt < b.askedAt ? 1 : -1));
  }

  async drop(job: ViewJobId): Promise<void> {
    await rm(join(this.folder, `${job}.job`), { force: true });
  }

  /** Drops the oldest beyond what is kept. */
  async sweep(): Promise<void> {
    const old = (await this.list()).filter(isEnded).slice(KEPT);
    await Promise.all(old.map(({ job }) => this.drop(job)));
  }

  async heard(node: NodeId, at: Instant): Promise<void> {
    await this.put(`${node}.node`, at);
  }

  async nodes(): Promise<readonly KnownNode[]> {
    const nodes = await Promise.all(
      (await this.ids(NODE)).map(async (node) => ({
        node: id<NodeId>(node),
        heardAt: (await this.text(`${node}.node`)) as Instant | undefined,
      })),
    );
    return nodes.flatMap(({ node, heardAt }) => (heardAt ? [{ node, heardAt }] : []));
  }

  private async ids(pattern: RegExp): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
  }

  private async text(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.folder, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async put(name: string, content: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, name);
    await writeFile(`${file}.new`, content, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}
