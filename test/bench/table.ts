import { quantile } from './load';

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly against: string;
  readonly ratio?: number;
  readonly aim: string;
  readonly met?: boolean;
  readonly limit: string;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const count = (value: number): string => Math.round(value).toLocaleString('en');
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const atLeast = (ratio: number, least: number) => ({ ratio, met: ratio >= least });

export function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = ['what', 'measured', 'against', 'ratio', 'aim', '', 'what limits it'];
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(({ what, measured, against, ratio, aim, met, limit }) =>
      line([what, measured, against, ratio?.toFixed(2) ?? '', aim, met === undefined ? '' : met ? 'met' : 'missed', limit]),
    ),
  ].join('\n');
}
