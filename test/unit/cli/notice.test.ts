import { describe, expect, it } from 'vitest';
import { renderInstructions, renderNotice } from '../../../src/cli/authorize/notice.ts';
import { account } from '../../support/builders/account.ts';
import { CALLBACK, connector } from '../../support/builders/connector.ts';

const request = {
  accountUid: 'default',
  baseUrl: '',
  connector: 'infusionsoftrest' as const,
  server: undefined,
  clientId: 'id with & and =',
  callbackUrl: CALLBACK,
  scope: 'full',
};

describe('the notice', () => {
  it('names the connector, the data and its recipients', () => {
    const lines = renderNotice({
      connector: connector(),
      cluster: 'prod (https://k.example.com)',
      request: { ...request, connector: 'infusionsoftcrm', server: 'dt123.infusionsoft.com' },
      account: account(),
    }).join('\n');
    for (const fact of [
      'crm (infusionsoftcrm) in namespace team-a',
      'prod (https://k.example.com)',
      'data of dt123.infusionsoft.com',
      'scope "full"',
      'account sap',
      'Secret "crm-connection"',
      'id with & and =',
      CALLBACK,
    ]) {
      expect(lines).toContain(fact);
    }
  });

  it('names no server where the connector has none', () => {
    const lines = renderNotice({ connector: connector(), cluster: 'c', request, account: undefined });
    expect(lines.join('\n')).toContain('the Infusionsoft account that you sign in to');
    expect(lines.join('\n')).toContain("the operator's default account");
    expect(renderInstructions(request, 'https://x.example.com/?a').join('\n')).toMatch(
      /host x\.example\.com.*choose the account and press/,
    );
  });
});
