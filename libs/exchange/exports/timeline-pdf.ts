import { dirname, join } from 'node:path';
// The package is one object, whose methods need it.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import pdfmake = require('pdfmake');
import type { Content } from 'pdfmake';
import type { TimelineLine } from '@views/timeline';
import type { NameOf } from './tables';
import { factOf, fateOf } from './words';

export interface Cover {
  /** Of the child. */
  readonly name: string;
  readonly producedOn: string;
  readonly zone: string;
}

const KINDS: Readonly<Record<TimelineLine['kind'], string>> = {
  observation: 'Observation',
  'accommodation-entry': 'Accommodation',
  session: 'Session',
  plan: 'Plan',
  team: 'Team',
  profile: 'Profile',
  case: 'Case',
};

let ready = false;
/** Fonts come from the package; nothing else is opened, here or elsewhere. */
function prepare(): void {
  if (ready) return;
  const folder = join(dirname(require.resolve('pdfmake/package.json')), 'fonts/Roboto');
  const face = (name: string): string => join(folder, `Roboto-${name}.ttf`);
  const faces = { normal: face('Regular'), bold: face('Medium'), italics: face('Italic'), bolditalics: face('MediumItalic') };
  const files = Object.values(faces);
  pdfmake.setFonts({ Roboto: faces });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => files.includes(path));
  ready = true;
}

/** The child's days as a page to read or print, oldest day first. Control characters become spaces: a font has no sign for them. */
export async function timelinePdf(title: string, lines: readonly TimelineLine[], nameOf: NameOf, cover: Cover): Promise<Buffer> {
  prepare();
  const days = new Map<string, TimelineLine[]>();
  for (const line of [...lines].reverse()) days.set(line.day, [...(days.get(line.day) ?? []), line]);
  const content: Content[] = [
    { text: clean(cover.name), style: 'name' },
    { text: `${title}. As recorded by ${cover.producedOn}; times are those of ${cover.zone}.`, margin: [0, 0, 0, 12] },
    ...[...days].flatMap(([day, of]): Content[] => [{ text: day, style: 'day' }, ...of.map((line) => paragraph(line, nameOf, cover.zone))]),
    ...(days.size === 0 ? ['Nothing was recorded.'] : []),
  ];
  const pdf = pdfmake.createPdf({
    info: { title: clean(`${cover.name}: ${title}`), creationDate: new Date(`${cover.producedOn}T00:00:00Z`) },
    content,
    footer: (page, pages) => ({ text: `${page} / ${pages}`, alignment: 'center', fontSize: 8 }),
    defaultStyle: { font: 'Roboto', fontSize: 9, lineHeight: 1.1 },
    styles: { name: { fontSize: 16, bold: true }, day: { fontSize: 11, bold: true, margin: [0, 8, 0, 2] }, fate: { italics: true } },
  });
  return pdf.getBuffer();
}

function paragraph(line: TimelineLine, nameOf: NameOf, zone: string): Content {
  const { kind, about, at, author, note, class: group } = line;
  const named = [KINDS[kind], about?.label, group?.title].filter(Boolean).join(' · ');
  const fate = fateOf(line);
  const notes = Object.entries(note ?? {}).map(([part, text]) => `\n${part}: ${text}`);
  return {
    text: [
      `${timeIn(at, zone)}  `,
      { text: clean(named), bold: true },
      clean(`  ${factOf(line)}  (${nameOf(author)})${notes.join('')}`),
      ...(fate === '' ? [] : [{ text: clean(`\n${fate}`), style: 'fate' }]),
    ],
    margin: [0, 0, 0, 2],
  };
}

const times = new Map<string, Intl.DateTimeFormat>();
function timeIn(at: string, zone: string): string {
  const format =
    times.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  times.set(zone, format);
  return format.format(new Date(at));
}

// eslint-disable-next-line no-control-regex
const clean = (text: string): string => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, ' ');
