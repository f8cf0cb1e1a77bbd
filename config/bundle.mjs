import { build } from 'esbuild';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/**
 * `bundle.mjs [dist]` puts each process, thread and command line of the compiled tree into one file, its packages included, and what V8 makes of
 * it beside it: a start then looks up and reads some files instead of two thousand, and compiles none (config/decisions/0008-a-process-is-one-file.md).
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

/** A V8 that is another one, or has other flags, refuses the code and compiles the file. */
const start = (code) => `'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script, constants } = require('node:vm');
const filename = join(__dirname, ${JSON.stringify(code)});
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData: readFileSync(filename + '.v8'), importModuleDynamically });
script.runInThisContext()(exports, require, module, __filename, __dirname);
`;

/** V8 keeps a text in two bytes a character when one of them needs two: escaped, and without blanks and comments, it is a third as large. */
const escaped = (code) => code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

async function bundle(name, external) {
  const compiled = fileOf(name, '.compiled');
  // Made anew, a file is the compiled one again until it is whole.
  if (existsSync(compiled)) copyFileSync(compiled, fileOf(name));
  else copyFileSync(fileOf(name), compiled);
  // V8 knows the file that code is of by its length alone.
  rmSync(`${fileOf(name, '.whole')}.v8`, { force: true });
  const whole = fileOf(name, '.whole');
  const { outputFiles } = await build({
    entryPoints: [compiled],
    outfile: whole,
    write: false,
    bundle: true,
    minifyWhitespace: true,
    // So that a stack trace leads somewhere.
    lineLimit: 160,
    // The packages lie beside it with theirs.
    legalComments: 'none',
    platform: 'node',
    target: 'node20',
    external,
    banner: { js: '(function (exports, require, module, __filename, __dirname) { const bundleFolder = __dirname;' },
    footer: { js: '})' },
    plugins: [ownFolder(dirname(compiled))],
    logLevel: 'warning',
    // Bull Board finds its pages so: it works in a bundle too.
    logOverride: { 'direct-eval': 'silent' },
  });
  for (const { text } of outputFiles) await writeFile(whole, escaped(text));
}

/** All functions, also those that a start does not come to: which they are would take a start to tell. */
function precompile(name) {
  const filename = fileOf(name, '.whole');
  setFlagsFromString('--no-lazy');
  const script = new Script(readFileSync(filename, 'utf8'), { filename });
  // V8 takes code only from a V8 with the same flags.
  setFlagsFromString('--lazy');
  writeFileSync(`${filename}.v8`, script.createCachedData());
}

await Promise.all([...ALONE.map((name) => bundle(name, [...APART, ...OF_A_CLUSTER])), ...CLUSTER.map((name) => bundle(name, APART))]);
for (const name of [...ALONE, ...CLUSTER]) {
  precompile(name);
  // Whole or not at all: the compiled one works too.
  writeFileSync(fileOf(name, '.begun'), start(basename(fileOf(name, '.whole'))));
  renameSync(fileOf(name, '.begun'), fileOf(name));
}
