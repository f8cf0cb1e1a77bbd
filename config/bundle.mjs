import { build } from 'esbuild';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `bundle.mjs [dist]` puts each process, thread and command line of the compiled tree into one file, its packages included: a start then looks
 * up and reads some files instead of two thousand (config/decisions/0008-a-process-is-one-file.md).
 */
const dist = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../dist'));
/** Of one machine, and of every node. */
const ALONE = [
  ...['main', 'roster.thread', 'roster', 'views', 'backup', 'restore', 'keys', 'doctor'].map((name) => `standalone/src/${name}`),
  ...['projector.thread', 'work.thread'].map((name) => `shared/src/${name}`),
];
const CLUSTER = [
  'api/src/main',
  'projector/src/main',
  'projector/src/node',
  'worker/src/main',
  'worker/src/jobs',
  'worker/src/cluster-local',
];

const APART = [
  // Hold compiled code or files of their own.
  ...['better-sqlite3', '@node-rs/argon2', 'msgpackr-extract', 'swagger-ui-dist', 'pdfmake'],
  // Loaded only where they are used.
  'nodemailer',
  // Nest looks whether these are there: they are not.
  ...['@nestjs/microservices', '@nestjs/platform-express', '@nestjs/websockets', '@fastify/view', 'class-transformer/storage'],
];
/** What one machine seldom or never loads need not lie in its files. */
const OF_A_CLUSTER = ['@eventstore/db-client', '@bull-board/*', 'bullmq', 'ioredis'];

/** A module goes on finding its neighbours: threads, sources, package.json. */
const ownFolder = (out) => ({
  name: 'own-folder',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      if (!/\b__(dirname|filename)\b/.test(code)) return { contents: code };
      const folder = `require('node:path').join(bundleFolder, ${JSON.stringify(relative(out, dirname(path)))})`;
      const file = `require('node:path').join(__dirname, ${JSON.stringify(basename(path))})`;
      return { contents: code.replace(/^(['"]use strict['"];)?/, (strict) => `${strict}var __dirname = ${folder}, __filename = ${file};`) };
    });
  },
});

const fileOf = (name, kind = '') => join(dist, 'apps', `${name}${kind}.js`);

async function bundle(name, external) {
  const compiled = fileOf(name, '.compiled');
  if (!existsSync(compiled)) copyFileSync(fileOf(name), compiled);
  await build({
    entryPoints: [compiled],
    outfile: fileOf(name, '.bundled'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    external,
    banner: { js: 'const bundleFolder = __dirname;' },
    plugins: [ownFolder(dirname(compiled))],
    logLevel: 'warning',
    // Bull Board finds its pages so: it works in a bundle too.
    logOverride: { 'direct-eval': 'silent' },
  });
}

await Promise.all([...ALONE.map((name) => bundle(name, [...APART, ...OF_A_CLUSTER])), ...CLUSTER.map((name) => bundle(name, APART))]);
// Whole or not at all: until then the compiled ones are there, and they work too.
for (const name of [...ALONE, ...CLUSTER]) renameSync(fileOf(name, '.bundled'), fileOf(name));
