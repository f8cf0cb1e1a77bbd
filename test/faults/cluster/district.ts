import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../support/client';
import { putMasterKey } from '../../support/cluster-shape';
import { employ, importRoster, Names, openCase, type OpenedCase, setUp } from '../../support/district';
import { ClusterNode, type NodeOptions } from './cluster-node';

export interface District extends OpenedCase {
  readonly admin: Client;
  readonly therapist: Client;
  /** A plan that is being drafted: commands of several people meet on it. */
  readonly draft: string;
  /** Somebody who helps on single days. */
  readonly helper: string;
  /** Staff id of the case manager. */
  readonly managerId: string;
}

/** The first node of a cluster with Sam's case on it. */
export async function firstNode(options: NodeOptions): Promise<{ readonly node: ClusterNode; readonly district: District }> {
  putMasterKey(options.folder);
  const node = await new ClusterNode(options).start();
  const admin = await setUp(node);
  await importRoster(admin, 'lincoln-v1p1');
  const opened = await openCase(admin, '2027-01-04');
  const names = new Names(admin);
  const solace = await names.staff('Solace');
  const lincoln = await names.school('Lincoln Elementary');
  const therapist = await employ(admin, solace, 'solace', { role: 'therapist', discipline: 'speech', schools: [lincoln] });
  await admin.do(`students/${opened.student}/team`, { staff: solace, role: 'therapist', discipline: 'speech' });
  const draft: string = (await opened.caseManager.do(`students/${opened.student}/plans`, { kind: '504' })).id;
  const helper = await names.staff('Marshlight');
  const { staff: managerId } = await opened.caseManager.read('me');
  return { node, district: { ...opened, admin, therapist, draft, helper, managerId } };
}

/** Another node beside one, with the same master key. */
export async function nodeBeside(first: ClusterNode, folder: string, options: Partial<NodeOptions> = {}): Promise<ClusterNode> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(join(first.folder, 'master.key'), join(folder, 'master.key'));
  return new ClusterNode({ ...first.options, folder, ...options }).start();
}
