import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { StandInCluster } from '../faults/stand-in';
import { testCertificates } from '../support/certificate';
import { eventStoreBehaviour, type ServerUnderTest } from './eventstore-behaviour';

const folder = temporaryFolder();
const plain = { username: 'app', password: 'secret' };
let server: ServerUnderTest;
let clusters: StandInCluster[];

beforeAll(async () => {
  const { ca, cert, key } = testCertificates();
  const caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, ca);
  const users = { app: { password: plain.password, groups: ['app'] } };
  const open = await StandInCluster.start(1);
  const secured = await StandInCluster.start(3, { tls: { cert, key }, users });
  clusters = [open, secured];
  server = {
    connectionString: open.connectionString,
    credentials: { username: 'any', password: 'pair' },
    secured: {
      hosts: secured.nodes.map(({ host, port }) => `${host}:${port}`).join(','),
      caFile,
      admin: { username: 'admin', password: 'changeit' },
      plain,
    },
  };
});
afterAll(() => Promise.all(clusters.map((cluster) => cluster.stop())));

eventStoreBehaviour('The stand-in', () => server);
