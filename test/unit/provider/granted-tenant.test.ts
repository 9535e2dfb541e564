import { describe, expect, it } from 'vitest';
import { grantedTenant } from '../../../src/provider/granted-tenant.ts';

describe('the tenant in a scope', () => {
  it.each([
    ['full|dt123.infusionsoft.com', 'dt123.infusionsoft.com'],
    ['full|DT123.Infusionsoft.com', 'dt123.infusionsoft.com'],
    ['full', undefined],
    ['', undefined],
    ['full|', undefined],
    ['full|dt123.infusionsoft.com/path', undefined],
    ['full|two hosts', undefined],
  ])('of %j is %j', (scope, tenant) => {
    expect(grantedTenant(scope)).toBe(tenant);
  });
});
