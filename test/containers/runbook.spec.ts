import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTER_VARIABLES } from '@config/cluster-settings';
import { MASTER_KEY_VARIABLES } from '@config/settings';
import { DOCKER, shapes } from './compose-files';

const ROOT = join(DOCKER, '..');
const text = readFileSync(join(DOCKER, 'README.md'), 'utf8');
const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe('the runbook', () => {
  it('names every setting, and none that there is not', () => {
    const settings = [...Object.values(CLUSTER_VARIABLES), ...MASTER_KEY_VARIABLES];
    const rows = text.split('\n').filter((line) => line.startsWith('| `THROUGHLINE_'));
    const named = rows.flatMap((row) => row.split('|')[1]?.match(/THROUGHLINE_[A-Z_]+/g) ?? []);
    expect(named.sort()).toEqual(settings.sort());
    for (const setting of all(/(THROUGHLINE_[A-Z_]+)/g)) expect(settings).toContain(setting.replace(/_FILE$/, ''));
  });

  it('reads from files what the entry point reads from files', () => {
    const [, names = ''] = /^for name in (.+); do$/m.exec(readFileSync(join(DOCKER, 'entrypoint.sh'), 'utf8')) ?? [];
    const named = new Set(all(/THROUGHLINE_([A-Z_]+)_FILE/g));
    for (const name of named) expect(names.split(' ')).toContain(name);
  });

  it('calls only commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const called = all(/npm run (?:--silent )?([a-z-]+)/g);
    expect(called).toContain('node');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(called));
  });

  it('names only services, volumes, files and routes that there are', () => {
    const [, cluster] = shapes[1]!;
    const services = Object.keys(cluster.services);
    for (const service of all(/\b((?:projector|api|eventstore)-\d)\b(?![:.]\w*sqlite)/g)) expect(services).toContain(service);
    for (const volume of all(/throughline_([a-z]+-\d)/g)) expect(Object.keys(cluster.volumes)).toContain(volume);
    for (const row of text.split('\n').filter((line) => /^\| `[\w.]+`/.test(line) && !line.includes('THROUGHLINE')))
      for (const [, file = ''] of (row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)) expect(existsSync(join(DOCKER, file))).toBe(true);
    const routes = JSON.parse(readFileSync(join(ROOT, 'apps/api/openapi.json'), 'utf8')) as { paths: Record<string, unknown> };
    for (const route of all(/(\/api\/v1\/[a-z/<>]+)/g)) expect(Object.keys(routes.paths)).toContain(route.replace('<id>', '{id}'));
  });

  it('is where the message of a broken lineage sends its reader', () => {
    expect(readFileSync(join(ROOT, 'libs/foundation/event-store/node/mirror.ts'), 'utf8')).toContain(
      'follow "Lineage" in docker/README.md',
    );
    expect(text).toMatch(/^### Lineage/m);
  });

  it('leads where its links say', () => {
    const anchors = all(/^#+ (.+)$/gm).map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/ /g, '-'),
    );
    for (const link of all(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(link);
  });
});
