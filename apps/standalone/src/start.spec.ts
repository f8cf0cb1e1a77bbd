import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { runCommand } from '../../../test/support/commands';

const APPS = join(__dirname, '../../../dist/apps');
const folder = temporaryFolder();
const HEAVY = ['@eventstore/db-client', '@grpc/grpc-js', 'bullmq', 'ioredis', '@bull-board/api', 'nodemailer', '@nestjs/core'];

/** Of the packages that take their time to load: those that come with these built modules. */
function loadedBy(...modules: readonly string[]): string[] {
  const program = `
    for (const module of ${JSON.stringify(modules.map((module) => join(APPS, module)))}) require(module);
    const loaded = Object.keys(require.cache);
    const found = ${JSON.stringify(HEAVY)}.filter((name) => loaded.some((path) => path.includes('/node_modules/' + name + '/')));
    process.stdout.write(JSON.stringify(found));`;
  return JSON.parse(execFileSync(process.execPath, ['-r', 'reflect-metadata', '-e', program], { encoding: 'utf8' })) as string[];
}

it('projects without loading what only serving needs', () => {
  expect(loadedBy('projector/src/projecting-node.js')).toEqual(['@eventstore/db-client', '@grpc/grpc-js', 'bullmq', 'ioredis']);
});

it('starts on one machine without loading what only a cluster needs', () => {
  expect(loadedBy('api', 'standalone/src/compose.js')).toEqual(['@nestjs/core']);
  expect(loadedBy('api', 'shared/src/node.js')).toEqual(['@eventstore/db-client', '@grpc/grpc-js', 'bullmq', 'ioredis', '@nestjs/core']);
});

it('finds the client of a cluster when a command line is given one', async () => {
  const { code, said } = await runCommand('keys', folder, ['rotate', '--eventstore', 'esdb://127.0.0.1:2113?tls=maybe']);
  expect(code).toBe(1);
  expect(said).toMatch(/tls/);
  expect(said).not.toMatch(/Cannot find module|\n\s+at /);
});
