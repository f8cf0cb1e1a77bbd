import { openPath } from '@exchange/rostering/folder';
import { readCsv } from '@exchange/rostering/csv-file';
void (async () => {
  const set = await openPath('/tmp/r50k');
  const f = set.files.find((x) => x.name === 'enrollments.csv')!;
  let n = 0;
  const mode = process.argv[2];
  const map = new Map<string, number>();
  const t = performance.now();
  await readCsv(f, ['sourcedId'], [], [], (row) => { n++; if (mode === 'map') map.set(row.value('sourcedId')!, n); });
  const m = process.memoryUsage(); process.stdout.write(`${mode} ${n} ${(performance.now()-t).toFixed(0)}ms before gc rss ${m.rss>>20} heap ${m.heapUsed>>20}/${m.heapTotal>>20}\n`);
})();
