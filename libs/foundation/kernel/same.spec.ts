import { sameContent } from './same';

describe('sameContent', () => {
  it('ignores key order and fields that are undefined', () => {
    expect(sameContent({ a: 1, b: [{ c: 'x' }] }, { b: [{ c: 'x', d: undefined }], a: 1 })).toBe(true);
  });
  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: 1, b: 0 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], { 0: 1 }],
    [{}, null],
    ['1', 1],
  ])('tells %j from %j', (a, b) => {
    expect(sameContent(a, b)).toBe(false);
  });
});
