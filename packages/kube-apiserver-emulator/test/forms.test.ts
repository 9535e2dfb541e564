import { describe, expect, it } from 'vitest';
import { formsOf } from '../src/forms.ts';
import type { KubeObject } from '../src/objects.ts';

const stored: KubeObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  spec: { '__proto__ ': 1 },
};

describe('formsOf', () => {
  it('gives the text of the served form, with and without its type in a list', () => {
    const convert = (object: KubeObject) => ({ ...object, apiVersion: 'v2' });
    const typed = formsOf(true, convert);
    const untyped = formsOf(false, convert);
    for (const forms of [typed, untyped]) {
      expect(JSON.parse(forms.json(stored))).toEqual({ ...stored, apiVersion: 'v2' });
      expect(JSON.parse(forms.itemJson(stored))).toEqual(forms.item(stored));
    }
    expect(typed.item(stored)).toEqual({ ...stored, apiVersion: 'v2' });
    expect(untyped.item(stored)).toEqual({ metadata: stored.metadata, spec: stored['spec'] });
  });

  it('converts each state of an object once, and a new state again', () => {
    const converted: KubeObject[] = [];
    const forms = formsOf(true, (object) => {
      converted.push(object);
      return object;
    });
    const changed = { ...stored, metadata: { name: 'a', resourceVersion: '2' } };
    const first = [forms.json(stored), forms.itemJson(stored), forms.json(stored)];
    expect(new Set(first).size).toBe(1);
    expect(forms.json(changed)).not.toBe(first[0]);
    expect(converted).toEqual([stored, changed]);
  });
});
