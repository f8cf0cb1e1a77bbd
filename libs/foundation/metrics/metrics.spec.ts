import fc from 'fast-check';
import { Lag, Metrics } from '.';

describe('Metrics', () => {
  it('tells what happened as Prometheus reads it', async () => {
    const metrics = new Metrics();
    metrics.answered('POST', '/api/v1/observations', 201, 0.004);
    metrics.refused('invalid-request');
    metrics.signIn('failed');
    metrics.appended({ seconds: [0.0007, 0.0008], failed: false });
    metrics.appended({ seconds: [2], failed: true });
    let waiting = 3;
    metrics.gauge('appends_waiting', 'Appends that wait', () => waiting);
    waiting = 7;
    const text = await metrics.text();
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'throughline_http_request_seconds_count{method="POST",route="/api/v1/observations",status="201"} 1',
        'throughline_refusals_total{type="invalid-request"} 1',
        'throughline_sign_ins_total{outcome="failed"} 1',
        'throughline_append_seconds_count 3',
        'throughline_append_seconds_bucket{le="0.001"} 2',
        'throughline_append_group_size_sum 3',
        'throughline_appends_failed_total 1',
        'throughline_appends_waiting 7',
      ]),
    );
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it('keeps two registries apart', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.refused('stale');
    expect(await other.text()).not.toContain('stale');
  });
});

describe('Lag', () => {
  it('is the age of the oldest commit that the views have not reached', () => {
    let now = 0;
    const lag = new Lag(() => now);
    expect(lag.seconds(0n)).toBe(0);
    lag.committed(5n);
    now = 1000;
    lag.committed(9n);
    now = 3000;
    expect(lag.seconds(4n)).toBe(3);
    expect(lag.seconds(5n)).toBe(2);
    expect(lag.seconds(9n)).toBe(0);
    expect(lag.seconds(9n)).toBe(0);
  });

  it('never exceeds the age of the oldest commit that is behind, however many there were', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 200 }), fc.nat(), (pauses, pick) => {
        let now = 0;
        const lag = new Lag(() => now);
        const commits = pauses.map((pause, index) => {
          now += pause;
          lag.committed(BigInt(index + 1));
          return now;
        });
        now += 1000;
        const reached = pick % (pauses.length + 1);
        const oldest = commits[reached];
        const age = oldest === undefined ? 0 : (now - oldest) / 1000;
        expect(lag.seconds(BigInt(reached))).toBeLessThanOrEqual(age);
        expect(lag.seconds(BigInt(reached)) > 0.9).toBe(oldest !== undefined && lag.seconds(BigInt(reached)) > 0);
      }),
    );
  });

  it('keeps the oldest when it forgets the ones between', () => {
    let now = 0;
    const lag = new Lag(() => now);
    for (let commit = 1; commit <= 50_000; commit++) {
      now += 20;
      lag.committed(BigInt(commit));
    }
    expect(lag.seconds(0n)).toBe((50_000 * 20 - 20) / 1000);
  });
});
