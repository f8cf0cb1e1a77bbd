/** `node test/support/ts-child.js <file.ts> [arguments]`: runs a TypeScript file of this repository in a process of its own. */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const root = resolve(__dirname, '../..');
const swc = require('../../config/jest.config.js').transform['^.+\\.ts$'][1];
const wings = {
  '@foundation/': 'libs/foundation',
  '@case/': 'libs/case',
  '@views/': 'libs/views',
  '@exchange/': 'libs/exchange',
  '@apps/': 'apps',
  '@config/': 'config',
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const wing = Object.keys(wings).find((prefix) => request.startsWith(prefix));
  return resolveFilename.call(this, wing ? join(root, wings[wing], request.slice(wing.length)) : request, ...rest);
};
Module._extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...swc, filename, sourceMaps: 'inline' }).code, filename);
};

require('reflect-metadata');
process.argv.splice(1, 1);
require(resolve(process.argv[1]));
