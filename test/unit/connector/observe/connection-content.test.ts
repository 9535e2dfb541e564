import { describe, expect, it } from 'vitest';
import {
  canonicalContent,
  connectionData,
  connectionMetadata,
} from '../../../../src/connector/observe/connection-content.ts';
import { connector } from '../../../support/builders/connector.ts';
import { READY_ACCOUNT } from '../../../support/builders/input.ts';

const TOKEN = { token: 'a token', connector: 'infusionsoftcrm' };

describe('the content of the connection Secret', () => {
  it('repeats standard keys under further names, and leaves out what there is not', () => {
    const { spec } = connector({
      spec: { connectionSecretTemplate: { keys: { TOKEN: 'element-token', USER: 'user-secret' } } },
    });
    const data = connectionData(READY_ACCOUNT, spec, TOKEN);
    expect(data).toMatchObject({ TOKEN: 'a token', 'element-token': 'a token', element: 'infusionsoftcrm' });
    expect(Object.values(data).every((value) => typeof value === 'string')).toBe(true);
    expect(data).not.toHaveProperty('USER');
  });

  it('names the element of the instance, else that of the spec', () => {
    const { spec } = connector({ spec: { connector: 'infusionsoftrest' } });
    expect(connectionData(READY_ACCOUNT, spec, TOKEN)['element']).toBe('infusionsoftcrm');
    const unknown = connectionData(READY_ACCOUNT, spec, { ...TOKEN, connector: undefined });
    expect(unknown['element']).toBe('infusionsoftrest');
  });

  it('is the same text in whatever order its keys stand', () => {
    const metadata = { labels: { b: '2', a: '1', c: '3' }, annotations: { y: '1', x: '2' } };
    const turned = { labels: { c: '3', a: '1', b: '2' }, annotations: { x: '2', y: '1' } };
    const data = { token: 'x', host: 'y', uri: 'z' };
    const text = canonicalContent(data, metadata);
    expect(canonicalContent({ uri: 'z', token: 'x', host: 'y' }, turned)).toBe(text);
    expect(canonicalContent({ ...data, host: 'other' }, metadata)).not.toBe(text);
    expect(text.indexOf('"host"')).toBeLessThan(text.indexOf('"token"'));
    expect(text.indexOf('"token"')).toBeLessThan(text.indexOf('"uri"'));
  });

  it('may remove the metadata of the template, and none of the operator', () => {
    const own = Object.keys(connectionMetadata(connector()).labels);
    const labels = { team: 'sales', [own[0] ?? '']: 'another' };
    const subject = connector({
      spec: { connectionSecretTemplate: { metadata: { labels, annotations: { note: 'x' } } } },
    });
    const { labels: written, removable } = connectionMetadata(subject);
    expect(own.length).toBeGreaterThan(0);
    expect(removable).toEqual({ labels: ['team'], annotations: ['note'] });
    expect(written).toMatchObject({ ...connectionMetadata(connector()).labels, team: 'sales' });
  });
});
