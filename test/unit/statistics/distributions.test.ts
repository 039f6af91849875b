import { describe, expect, test } from 'vitest';
import { incompleteBeta } from '../../../src/statistics/incomplete-beta.ts';
import { normalQuantile } from '../../../src/statistics/normal.ts';
import { studentCdf, studentQuantile } from '../../../src/statistics/student-t.ts';

/** Goal: the distributions agree with printed tables and with the cases that have a closed form. */
describe('the normal quantile', () => {
  test.each([
    [0.5, 0],
    [0.8, 0.8416212335729143],
    [0.9, 1.2815515655446004],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.9995, 3.2905267314918945],
    [1e-10, -6.361340902404056],
  ])('of %d is %d', (probability, value) => {
    expect(normalQuantile(probability)).toBeCloseTo(value, 12);
    expect(normalQuantile(1 - probability)).toBeCloseTo(-value, 6);
  });
});

describe('the incomplete beta function', () => {
  test.each([
    [0.5, 2, 3, 11 / 16],
    [0.25, 1, 1, 0.25],
    [0.2, 3, 1, 0.008],
    [0.9, 1, 4, 1 - 0.1 ** 4],
    // Arcsine law: 2/π · asin √x.
    [0.3, 0.5, 0.5, (2 / Math.PI) * Math.asin(Math.sqrt(0.3))],
  ])('of %d with a = %d, b = %d is %d', (x, a, b, value) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(value, 13);
  });

  test('is 0 and 1 at the ends', () => {
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });
});

describe("Student's t", () => {
  // Two-sided 5 %, one-sided 5 %, and 0.1 % two-sided, as tables print them.
  test.each([
    [1, 12.706, 6.314, 636.619],
    [2, 4.303, 2.92, 31.599],
    [5, 2.571, 2.015, 6.869],
    [10, 2.228, 1.812, 4.587],
    [30, 2.042, 1.697, 3.646],
    [120, 1.98, 1.658, 3.373],
  ])('with %d degrees of freedom', (degrees, both, one, far) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(both, 3);
    expect(studentQuantile(0.95, degrees)).toBeCloseTo(one, 3);
    expect(studentQuantile(0.9995, degrees)).toBeCloseTo(far, 3);
  });

  test.each([-50, -2, -0.1, 0, 0.3, 4, 1000])(
    'has closed forms with 1 and 2 degrees (t = %d)',
    (t) => {
      expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13);
      expect(studentCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 13);
    },
  );

  test('becomes the normal distribution', () => {
    expect(studentQuantile(0.975, 1e6)).toBeCloseTo(normalQuantile(0.975), 5);
    expect(studentQuantile(0.975, 1e9)).toBe(normalQuantile(0.975));
  });
});
