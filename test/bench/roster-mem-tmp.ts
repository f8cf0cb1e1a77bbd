import { openPath } from '@exchange/rostering/folder';
import { readRoster } from '@exchange/rostering/roster';
const mb = (label: string) => { const m = process.memoryUsage(); process.stdout.write(`${label} rss ${m.rss>>20} heap ${m.heapUsed>>20}/${m.heapTotal>>20} ext ${m.external>>20} ab ${m.arrayBuffers>>20}\n`); };
void (async () => {
  mb('start');
  const set = await openPath('/tmp/r50k');
  const t = performance.now(); const c = process.cpuUsage();
  const r = await readRoster(set.files);
  process.stdout.write(`read ${(performance.now()-t).toFixed(0)} ms cpu ${(process.cpuUsage(c).user/1000).toFixed(0)}\n`);
  mb('read'); (globalThis as any).gc?.(); mb('gc');
  process.stdout.write(String(r.people.size) + '\n');
})();
