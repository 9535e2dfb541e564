import { describe, expect, test } from 'vitest';
import { humanDuration } from '../src/render/age.ts';
import { compileJsonPath } from '../src/render/jsonpath.ts';

describe('durations', () => {
  const second = 1000;
  const hour = 3_600 * second;
  const day = 24 * hour;
  test.each([
    [0, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [168 * second, '2m48s'],
    [10 * 60 * second, '10m'],
    [179 * 60 * second, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 5 * 60 * second, '3h5m'],
    [8 * hour, '8h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [3 * day + hour, '3d1h'],
    [8 * day, '8d'],
    [729 * day, '729d'],
    [730 * day, '2y'],
    [740 * day, '2y10d'],
    [3_000 * day, '8y'],
    [-5 * second, '<invalid>'],
  ])('%i ms is %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('JSON paths', () => {
  const object = {
    spec: {
      'a.b': 1,
      list: [
        { n: 'x', v: 1 },
        { n: 'y', v: 2 },
      ],
      on: true,
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
  test.each<[string, unknown[]]>([
    ['.spec.on', [true]],
    ['{.spec.on}', [true]],
    ['.spec.nothing.deeper', []],
    ['.spec.a\\.b', [1]],
    [".spec['a.b']", [1]],
    ['.spec.list[0].v', [1]],
    ['.spec.list[-1].v', [2]],
    ['.spec.list[*].n', ['x', 'y']],
    ['.spec.list[?(@.n=="y")].v', [2]],
    ['.spec.list[?(@.v>1)].n', ['y']],
    ['.spec.list[?(@.n!="y")].n', ['x']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Other')].status", []],
  ])('%s', (path, values) => {
    expect(compileJsonPath(path)(object)).toEqual(values);
  });

  test.each(['', 'spec', '.spec[', '.spec..on', '.spec[?(@.a)]'])('%s is refused', (path) => {
    expect(() => compileJsonPath(path)).toThrow();
  });
});
