import { Client } from '../../support/client';
import { pause } from '../../support/commands';
import { signIn } from '../../support/district';
import type { ClusterNode } from './cluster-node';
import type { District } from './district';

const EVERY_MS = 10;

/** Somebody who reads a child's record on one node without end: what must never be interrupted. */
export class Reader {
  answered = 0;
  slowestMs = 0;
  /** Answers that were not 200, or what came instead of one. */
  readonly interrupted: string[] = [];
  private ending = false;
  private reading: Promise<void> = Promise.resolve();

  static async begin(node: ClusterNode, { student, goal }: District): Promise<Reader> {
    const client = await signIn(new Client(node.url), 'tarrow');
    const token = client.accessToken ?? '';
    const reader = new Reader();
    const paths = [`students/${student}/timeline?limit=20`, `goals/${goal}/progress`, `students/${student}/plan`, 'caseload'];
    reader.reading = reader.read(node, token, paths);
    return reader;
  }

  async end(): Promise<void> {
    this.ending = true;
    await this.reading;
  }

  private async read(node: ClusterNode, token: string, paths: readonly string[]): Promise<void> {
    for (let turn = 0; !this.ending; turn++) {
      const path = paths[turn % paths.length] ?? '';
      const begun = performance.now();
      try {
        const response = await fetch(`${node.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
        await response.arrayBuffer();
        if (response.status === 200) this.answered++;
        else this.interrupted.push(`${path.split('/')[0]} ${response.status}`);
      } catch (error) {
        this.interrupted.push(error instanceof Error ? error.message : String(error));
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
      await pause(EVERY_MS);
    }
  }
}
