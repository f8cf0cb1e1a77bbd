import { fixedClock } from '@foundation/testing';
import { TooManyAttempts } from './refusals';
import { MemoryThrottle } from './throttle';

const setUp = () => {
  const clock = fixedClock();
  const throttle = new MemoryThrottle();
  /** Seconds to wait, or 0 when the attempt may go on. */
  const attempt = (name: string, address: string): number => {
    try {
      throttle.enter(name, address, clock.now());
      return 0;
    } catch (error) {
      if (error instanceof TooManyAttempts) return error.retryAfterSeconds;
      throw error;
    }
  };
  const times = (count: number, name: string, address: string) => Array.from({ length: count }, () => attempt(name, address));
  return { clock, throttle, attempt, times };
};

describe('the throttle', () => {
  it('lets five wrong passwords pass, then doubles the wait', () => {
    const { clock, attempt, times } = setUp();
    expect(times(6, 'ana', 'here')).toEqual([0, 0, 0, 0, 0, 1]);
    const waits = [];
    for (let round = 0; round < 5; round++) {
      clock.advance(attempt('ana', 'here') * 1000);
      expect(attempt('ana', 'here')).toBe(0);
      waits.push(attempt('ana', 'here'));
    }
    expect(waits).toEqual([2, 4, 8, 16, 32]);
  });
  it('stops a hundred at once, and another person or the same one elsewhere goes on', () => {
    const { attempt, times } = setUp();
    expect(times(100, 'ana', 'here').filter((wait) => wait === 0)).toHaveLength(5);
    expect(attempt('ben', 'here')).toBe(0);
    expect(attempt('ben', 'there')).toBe(0);
    expect(attempt('ana', 'there')).toBe(0);
  });
  it('stops trying many names from one address', () => {
    const { attempt } = setUp();
    const waits = Array.from({ length: 100 }, (_, index) => attempt(`name-${index}`, 'here'));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(50);
    expect(attempt('ana', 'there')).toBe(0);
  });
  it('slows down one name from many addresses, but never locks it for long', () => {
    const { clock, attempt } = setUp();
    const waits: number[] = [];
    for (let index = 0; index < 100; index++) {
      const wait = attempt('ana', `address-${index}`);
      waits.push(wait);
      clock.advance(wait * 1000);
    }
    expect(waits.filter((wait) => wait > 0).length).toBeGreaterThan(30);
    expect(Math.max(...waits)).toBe(30);
  });
  it('waits a quarter of an hour at most, and forgets after another', () => {
    const { clock, attempt } = setUp();
    let longest = 0;
    for (let index = 0; index < 40; index++) {
      const wait = attempt('ana', 'here');
      longest = Math.max(longest, wait);
      clock.advance(wait * 1000);
    }
    expect(longest).toBe(900);
    attempt('ana', 'here');
    clock.advance(30 * 60_000);
    expect([attempt('ana', 'here'), attempt('ana', 'here')]).toEqual([0, 0]);
  });
  it('takes the attempt of a right password back', () => {
    const { throttle, attempt, times } = setUp();
    for (let round = 0; round < 200; round++) {
      expect(attempt('ana', 'here')).toBe(0);
      throttle.succeeded('ana', 'here');
    }
    expect(times(5, 'ana', 'here')).toEqual([0, 0, 0, 0, 0]);
  });
});
