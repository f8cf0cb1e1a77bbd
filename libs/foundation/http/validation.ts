import { type ArgumentMetadata, Injectable, type Type, ValidationPipe, type ValidationError } from '@nestjs/common';
import type { RefusalPart } from '@foundation/kernel';
import { SHAPED } from './fields';
import { ProblemError } from './problem';
import { quickly } from './quick';

/** A name as a part of a JSON pointer (RFC 6901). */
export const pointerPart = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

/** Flattens class-validator's tree into JSON pointers: `/goals/0/measure/kind`. */
export function partsOf(errors: readonly ValidationError[], parent = ''): RefusalPart[] {
  return errors.flatMap((error) => {
    const pointer = error.property ? `${parent}/${pointerPart(error.property)}` : parent;
    const [first] = Object.entries(error.constraints ?? {});
    return [...(first ? partsOfRule(pointer, ...first) : []), ...partsOf(error.children ?? [], pointer)];
  });
}

function partsOfRule(pointer: string, rule: string, message: string): RefusalPart[] {
  if (rule !== SHAPED) return [{ pointer, detail: remedyOf(rule, message) }];
  const inner = JSON.parse(message) as RefusalPart[];
  return inner.map((part) => ({ pointer: pointer + part.pointer, detail: part.detail }));
}

function remedyOf(rule: string, message: string): string {
  if (rule === 'whitelistValidation') return 'This field is not known here: leave it out.';
  if (rule === 'unknownValue' || rule === 'isObject') return 'Send one JSON object here.';
  if (rule === 'nestedValidation') return 'Send an object (or a list of objects) here.';
  return message;
}

const invalid = (errors: readonly ValidationError[]): ProblemError => {
  const parts = partsOf(errors);
  const detail = parts.length === 1 ? 'One field needs mending.' : `${parts.length} fields need mending.`;
  return new ProblemError('invalid-request', detail, parts.slice(0, 100));
};

/** Refuses unknown fields, names every wrong one by its JSON pointer, and hands the DTO over as its class. */
@Injectable()
export class DtoPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: invalid,
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    const quick = type === 'body' && metatype ? quickly(metatype as Type<object>, value) : undefined;
    return quick ?? (super.transform(value, metadata) as Promise<unknown>);
  }
}

const pipe = new DtoPipe();

/** Validates one part of a body by hand: items of a batch, each on its own. @throws ProblemError with pointers into the item. */
export async function validated<T extends object>(dto: Type<T>, value: unknown): Promise<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('invalid-request', 'One field needs mending.', [{ pointer: '', detail: 'Send one JSON object here.' }]);
  }
  return (await pipe.transform(value, { type: 'body', metatype: dto })) as T;
}
