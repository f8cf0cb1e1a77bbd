import fc from 'fast-check';
import { plainToInstance } from 'class-transformer';
import { IsString, validateSync } from 'class-validator';
import { RawSchema } from '@foundation/measurement';
import {
  ChoiceField,
  DayField,
  FlagField,
  IdField,
  IdsField,
  NumberField,
  PartField,
  ShapedField,
  TextField,
  TextsField,
  TimeField,
  WholeField,
} from '.';
import { quickly } from './quick';

class Base {
  @IdField() id: string;
  @TextField(5, { optional: true }) text?: string;
}
class Dto extends Base {
  @IdsField({ optional: true, max: 2 }) ids?: string[];
  @TextField(5, { optional: true, blanks: true }) search?: string;
  @TextsField(3, 2, { optional: true }) texts?: string[];
  @DayField({ optional: true }) day?: string;
  @TimeField({ optional: true }) time?: string;
  @WholeField(-2, 3, { optional: true }) whole?: number;
  @NumberField({ optional: true }) number?: number;
  @FlagField({ optional: true }) flag?: boolean;
  @ChoiceField(['one', 'two'], { optional: true }) choice?: string;
  @ShapedField(RawSchema, { optional: true }) raw?: unknown;
}
class WithPart {
  @IdField() id: string;
  @PartField(() => Base) part: Base;
}
class WithForeignRule {
  @IdField() id: string;
  @IsString() other: string;
}

const ID = '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01';
const raw = { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 };
const values = fc.oneof(
  fc.constantFrom<unknown>(
    ID,
    ID.toUpperCase(),
    '',
    ' ',
    '\n\u00a0',
    'one',
    'abcde',
    'abcdef',
    '2026-02-28',
    '2026-02-29',
    '2026-03-03T09:15:00Z',
  ),
  fc.constantFrom<unknown>('2026-03-03T09:15', '😀', '\uFE0F', '\uD800', 'a\nb', null, undefined, true, 0, 3, 4, -2, 1.5, Infinity, NaN),
  fc.constantFrom<unknown>(
    [],
    [ID],
    [ID, ID, ID],
    ['abc'],
    ['abcd'],
    [' '],
    ['\uFE0F'],
    [null],
    raw,
    { ...raw, correct: -1 },
    { ...raw, more: 1 },
    {},
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.anything(),
);
const names = ['id', 'text', 'search', 'ids', 'texts', 'day', 'time', 'whole', 'number', 'flag', 'choice', 'raw', 'unknown'];
const bodies = fc
  .array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 4 })
  .map((fields) => ({ id: ID, ...Object.fromEntries(fields) }));

describe('quickly', () => {
  it('takes nothing that class-validator refuses, and takes it as the same', () => {
    let taken = 0;
    fc.assert(
      fc.property(bodies, (body) => {
        const quick = quickly(Dto, body);
        if (!quick) return;
        taken++;
        const slow = plainToInstance(Dto, body);
        expect(validateSync(slow, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true })).toEqual([]);
        expect(quick).toBeInstanceOf(Dto);
        expect(quick).toEqual(slow);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('takes a whole right body', () => {
    const whole = { id: ID, text: 'words', ids: [ID], texts: ['abc'], day: '2026-03-03', time: '2026-03-03T09:15:00-05:00', whole: 3 };
    const body = { ...whole, number: 1.5, flag: false, choice: 'two', raw };
    expect({ ...quickly(Dto, body) }).toEqual(body);
  });

  it.each([
    ['an unknown field', { id: ID, more: 1 }],
    ['a missing field', { text: 'words' }],
    ['a list', [ID]],
    ['nothing', undefined],
  ])('leaves %s to class-validator', (_, body) => {
    expect(quickly(Dto, body)).toBeUndefined();
  });

  it('leaves classes to it that have parts, or a rule that it was not told of', () => {
    expect(quickly(WithPart, { id: ID, part: { id: ID } })).toBeUndefined();
    expect(quickly(WithForeignRule, { id: ID, other: 'text' })).toBeUndefined();
  });
});
