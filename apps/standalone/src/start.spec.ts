import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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

/** Packages outside the file of a built process, command line or thread that it has loaded by the time it reads its arguments. */
function loadedBeside(name: string): string[] {
  const preload = join(folder, 'loaded.js');
  writeFileSync(
    preload,
    `process.on('exit', () => {
      const packages = Object.keys(require.cache).flatMap((path) => /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1] ?? []);
      process.stderr.write(JSON.stringify([...new Set(packages)]));
    });`,
  );
  const { stderr } = spawnSync(process.execPath, ['-r', preload, join(APPS, `${name}.js`), '--help'], { encoding: 'utf8' });
  // Without settings some complain first.
  return JSON.parse(stderr.split('\n').at(-1) ?? '') as string[];
}

const BUILT = [
  ...['standalone/src/main', 'api/src/main', 'projector/src/main', 'worker/src/main'],
  ...['backup', 'doctor', 'keys', 'restore', 'roster', 'views'].map((name) => `standalone/src/${name}`),
  ...['projector/src/node', 'worker/src/jobs', 'worker/src/cluster-local'],
  ...['standalone/src/roster.thread', 'shared/src/projector.thread', 'shared/src/work.thread'],
];

it.each(BUILT)('is one file: %s', (name) => {
  const compiled =
    /^(better-sqlite3|@node-rs\/argon2.*|(@msgpackr-extract\/)?msgpackr-extract.*|node-gyp-build-optional-packages|detect-libc)$/;
  const beside = loadedBeside(name);
  expect(beside).toContain('better-sqlite3');
  expect(beside.filter((found) => !compiled.test(found))).toEqual([]);
});

/** Whether V8 takes the code that lies beside a built file for the file's own. */
function takesCodeOf(name: string, ...flags: readonly string[]): boolean {
  const program = `
    const { readFileSync } = require('node:fs');
    const [, file] = process.argv;
    const { cachedDataRejected } = new (require('node:vm').Script)(readFileSync(file, 'utf8'), { cachedData: readFileSync(file + '.v8') });
    process.stdout.write(String(!cachedDataRejected));`;
  return execFileSync(process.execPath, [...flags, '-e', program, join(APPS, `${name}.whole.js`)], { encoding: 'utf8' }) === 'true';
}

it.each(BUILT)('is compiled before it starts: %s', (name) => {
  expect(takesCodeOf(name)).toBe(true);
});

it.each(BUILT)('is kept by V8 at one byte a character: %s', (name) => {
  expect(readFileSync(join(APPS, `${name}.whole.js`)).filter((byte) => byte > 127)).toHaveLength(0);
});

it('starts all the same where the code is not for this V8', () => {
  const flag = '--stack-size=900';
  expect(takesCodeOf('standalone/src/main', flag)).toBe(false);
  const { status, stdout } = spawnSync(process.execPath, [flag, join(APPS, 'standalone/src/main.js'), '--help'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining('Throughline, in one process on one folder')]);
});

it('sees what lies beside a file', () => {
  expect(loadedBeside('standalone/src/main.compiled')).toContain('@nestjs/core');
});

it('finds the client of a cluster when a command line is given one', async () => {
  const { code, said } = await runCommand('keys', folder, ['rotate', '--eventstore', 'esdb://127.0.0.1:2113?tls=maybe']);
  expect(code).toBe(1);
  expect(said).toMatch(/tls/);
  expect(said).not.toMatch(/Cannot find module|\n\s+at /);
});
