/**
 * Tests of jobs run on a real Redis: the one on PATH, or one that is installed here (Debian and its kin, as root). What cannot be had is
 * said by the tests that need it (test/support/redis.ts); the others run.
 */
const { spawnSync } = require('node:child_process');
const { accessSync, constants } = require('node:fs');
const { delimiter, join } = require('node:path');

const onPath = (name) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].map((folder) => join(folder, name)).find(isExecutable);

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why it did not work, or undefined. The package's own service is not started: the tests start servers of their own. */
function install() {
  if (process.getuid?.() !== 0) return 'it is not on PATH, and only root may install it';
  if (!onPath('apt-get')) return 'it is not on PATH, and there is no apt-get to install it with';
  const apt = (...given) =>
    spawnSync('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...given], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
  const wanted = ['install', '--no-install-recommends', 'redis-server'];
  let last = apt(...wanted);
  if (last.status !== 0) {
    apt('update');
    last = apt(...wanted);
  }
  if (last.status === 0) return undefined;
  return `apt-get install redis-server failed: ${(last.stderr || last.error?.message || '').trim().split('\n').at(-1)}`;
}

module.exports = function findRedis() {
  if (process.env.TEST_REDIS_SERVER) return;
  const found = onPath('redis-server');
  const why = found ? undefined : install();
  const server = found ?? onPath('redis-server');
  if (server) process.env.TEST_REDIS_SERVER = server;
  else
    process.env.TEST_REDIS_MISSING = `These tests need redis-server: ${why ?? 'it was installed and is not there'}. Install Redis 6.2 or later.`;
};
