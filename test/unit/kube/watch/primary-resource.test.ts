import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kube/client/object.ts';
import { PrimaryResource } from '../../../../src/kube/watch/primary-resource.ts';
import { ObjectStore } from '../../../../src/kube/watch/store.ts';

let store: ObjectStore;
let primary: PrimaryResource;

beforeEach(() => {
  store = new ObjectStore();
  primary = new PrimaryResource('widgets.example.dev/v1', store);
});

function widget(uid: string, resourceVersion = '1', extra: object = {}): KubeObject {
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    metadata: { namespace: 'team', name: 'a', uid, resourceVersion, ...extra },
  };
}

/** Type and uid of the events for the widget, e.g. `ADDED new`. */
function events(): string[] {
  return primary.eventsFor('team', 'a').map(({ type, object }) => `${type} ${object.metadata?.uid}`);
}

function handleAll(): void {
  for (const event of primary.eventsFor('team', 'a')) {
    primary.done(event);
  }
}

function remove(object: KubeObject): void {
  store.remove(object);
  primary.noteDeletion(object);
}

describe('the events for a name', () => {
  it('are none where nothing is and nothing was', () => {
    expect(events()).toEqual([]);
  });

  it('add an object until a handler has completed it, and modify it afterwards', () => {
    store.upsert(widget('u'));
    expect([events(), events()]).toEqual([['ADDED u'], ['ADDED u']]);
    handleAll();
    expect(events()).toEqual(['MODIFIED u']);
  });

  it('delete an object until a handler has completed its deletion', () => {
    store.upsert(widget('u'));
    handleAll();
    remove(widget('u', '2'));
    expect([events(), events()]).toEqual([['DELETED u'], ['DELETED u']]);
    handleAll();
    expect(events()).toEqual([]);
  });

  it('delete the earlier object before they add the one that follows it', () => {
    store.upsert(widget('old'));
    handleAll();
    remove(widget('old', '2'));
    store.upsert(widget('new', '3'));
    expect(events()).toEqual(['DELETED old', 'ADDED new']);
    handleAll();
    expect(events()).toEqual(['MODIFIED new']);
  });

  it('add an object again that left the selection and returned with its uid', () => {
    store.upsert(widget('u'));
    handleAll();
    remove(widget('u', '2'));
    store.upsert(widget('u', '3'));
    expect(events()).toEqual(['DELETED u', 'ADDED u']);
    const [deletion] = primary.eventsFor('team', 'a');
    if (deletion !== undefined) {
      primary.done(deletion);
    }
    expect(events()).toEqual(['ADDED u']);
  });

  it('keep the deletion of a later object when that of an earlier one was handled', () => {
    remove(widget('first'));
    const [first] = primary.eventsFor('team', 'a');
    remove(widget('second', '5'));
    if (first !== undefined) {
      primary.done(first);
    }
    expect(events()).toEqual(['DELETED second']);
  });

  it('keep a completed object completed when the deletion of an earlier one is handled later', () => {
    remove(widget('old'));
    const [deletion] = primary.eventsFor('team', 'a');
    store.upsert(widget('new', '3'));
    const [, addition] = primary.eventsFor('team', 'a');
    for (const event of [addition, deletion]) {
      if (event !== undefined) {
        primary.done(event);
      }
    }
    expect(events()).toEqual(['MODIFIED new']);
  });

  it('add the present object although a handler completed an earlier one after it was replaced', () => {
    store.upsert(widget('old'));
    const [addition] = primary.eventsFor('team', 'a');
    store.upsert(widget('new', '3'));
    if (addition !== undefined) {
      primary.done(addition);
    }
    expect(events()).toEqual(['ADDED new']);
  });

  it('add an object again that returned after its deletion was handled before its addition', () => {
    store.upsert(widget('u'));
    const [addition] = primary.eventsFor('team', 'a');
    remove(widget('u', '2'));
    handleAll();
    if (addition !== undefined) {
      primary.done(addition);
    }
    store.upsert(widget('u', '3'));
    expect(events()).toEqual(['ADDED u']);
  });

  it('forget the completed object with its deletion', () => {
    store.upsert(widget('u'));
    handleAll();
    remove(widget('u', '2'));
    handleAll();
    store.upsert(widget('u', '3'));
    expect(events()).toEqual(['ADDED u']);
  });
});

describe('an event', () => {
  it('carries the names of the library and its own copy of the finalizers', () => {
    const object = widget('u', '4', { finalizers: ['example.dev/x'] });
    store.upsert(object);
    const [event] = primary.eventsFor('team', 'a');
    expect(event?.meta).toMatchObject({ id: 'widgets.example.dev/v1', namespace: 'team', name: 'a' });
    expect(event?.object).toEqual(object);
    event?.object.metadata?.finalizers?.push('another');
    expect(store.get('team', 'a')?.metadata.finalizers).toEqual(['example.dev/x']);
  });

  it('has no finalizers where the object has none', () => {
    store.upsert(widget('u'));
    const [event] = primary.eventsFor('team', 'a');
    expect(event?.object).toStrictEqual(widget('u'));
  });
});
