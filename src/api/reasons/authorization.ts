import type { ReasonTable } from './info.ts';

const WAITING = { Authorized: ['False'], Ready: ['False'] } as const;

/** Also of a consent that is requested while the current authorization works. */
const WAITING_OR_PENDING = { ...WAITING, AuthorizationPending: ['True'] } as const;

/** How to obtain a code without the consent page and without the plugin. */
const BY_HAND = [
  '**With a start URL.** Read the one-time code, then open the start URL and enter it:',
  [
    '```sh',
    'kubectl get infusionsoftconnector <name> -n <namespace> -o jsonpath="{.status.authorization}"',
    'kubectl get secret <codeSecretName> -n <namespace> -o jsonpath="{.data.code}" | base64 -d',
    '```',
  ].join('\n'),
  '**Without a start URL.** Run `kubectl openconnectors authorize <name> -n <namespace>`. Or obtain a code by hand:',
  [
    '1. Open this URL in a browser and allow access. Replace `<client_id>` and the percent-encoded callback URL, which must be',
    '   the one of the OAuth app at Keap:',
    '   `https://accounts.infusionsoft.com/app/oauth/authorize?response_type=code&scope=full&client_id=<client_id>&redirect_uri=<callback URL>`',
    '2. Copy the value of `code` from the address that the browser is redirected to.',
    '3. Store the code: `kubectl create secret generic crm-code -n <namespace> --from-literal=code=<code>`',
    '4. Set `spec.oauth.authorizationCodeSecretRef.name` to `crm-code`.',
  ].join('\n'),
  '**With a refresh token.** Store it in a Secret and set `spec.oauth.refreshTokenSecretRef`. No browser is required.',
] as const;

/** Reasons about the OAuth authorization at the provider. */
export const AUTHORIZATION_REASONS = {
  Authorized: {
    conditions: { Authorized: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning: 'The OAuth authorization works.',
    whatToDo: 'Nothing.',
  },
  AuthorizationRequired: {
    conditions: WAITING_OR_PENDING,
    severity: 'person',
    event: 'Normal',
    consent: 'required',
    meaning: 'The connector waits for OAuth consent, which a user gives once in a browser.',
    whatToDo:
      'Open status.authorization.startUrl with the code in the Secret status.authorization.codeSecretName. Without a start URL, run: kubectl openconnectors authorize <name>.',
    help: BY_HAND,
  },
  AuthorizationDenied: {
    conditions: WAITING_OR_PENDING,
    severity: 'person',
    event: 'Warning',
    consent: 'required',
    meaning: 'The user denied the OAuth consent.',
    whatToDo: 'Repeat the consent as a user with access to the Infusionsoft account.',
  },
  AuthorizationRevoked: {
    conditions: WAITING,
    severity: 'person',
    event: 'Warning',
    consent: 'required',
    meaning:
      'The OAuth authorization worked and does not work any more: it was revoked, or its renewal failed.',
    whatToDo: 'Repeat the consent. The instance and its id stay the same.',
  },
  AuthorizationFailed: {
    conditions: WAITING_OR_PENDING,
    severity: 'person',
    event: 'Warning',
    consent: 'required',
    meaning: 'Open Connectors or Infusionsoft refused the authorization code or the refresh token.',
    whatToDo:
      'Compare client_id, client_secret and callback URL with the OAuth app at Keap. Then repeat the consent, or store a new code or refresh token.',
    help: ['`AuthorizationRequired` describes how to obtain a new code.'],
  },
  CredentialUsed: {
    conditions: WAITING_OR_PENDING,
    severity: 'person',
    event: 'Warning',
    meaning:
      'The authorization code or refresh token in the Secret was sent before. It is never sent twice, because each works only once.',
    whatToDo: 'Store a new code or refresh token in the Secret in the message.',
    help: [
      'After a call without a response the outcome is unknown: the code may be consumed. `AuthorizationRequired` describes how to obtain a new one.',
    ],
  },
  AuthorizationUnverified: {
    conditions: { Authorized: ['Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'none',
    consent: 'withheld',
    meaning:
      'A call through the instance failed, or Open Connectors disabled the instance. The operator calls other instances and repeats the call before anything follows from it.',
    whatToDo: 'Wait for the next check (AUTHORIZATION_RECHECK, 5 minutes).',
    help: ['[How a failing call is judged](../explanation/failing-calls.md) has the rules.'],
  },
  ProviderUnavailable: {
    conditions: { Authorized: ['False'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    consent: 'withheld',
    meaning:
      'Infusionsoft refuses the calls of several connectors, or is unavailable. No consent is requested; the operator repeats the call and enables again what Open Connectors disabled.',
    whatToDo:
      'Wait; the connector recovers by itself. For connectors of a single client_id the operator waits at most PROVIDER_OUTAGE_LIMIT (72 hours).',
    help: ['[How a failing call is judged](../explanation/failing-calls.md) has the rules.'],
  },
  OAuthClientRejected: {
    conditions: WAITING,
    severity: 'person',
    event: 'Warning',
    consent: 'withheld',
    meaning:
      'Infusionsoft rejects the OAuth app: the calls of all connectors with this client_id fail, and those of others work.',
    whatToDo:
      'Correct the OAuth app at Keap, or its client_secret in the Secret in the message. If the grants ended too, set the annotation openconnectors.dev/reauthorize-at.',
  },
  LegacyApiEnded: {
    conditions: { ...WAITING, Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    consent: 'withheld',
    meaning:
      'Keap ended XML-RPC, which infusionsoftcrm uses. No consent can make the instance work; it is still called at intervals, and becomes Ready if Keap answers.',
    whatToDo: 'Migrate to infusionsoftrest: docs/how-to/move-to-infusionsoftrest.md.',
  },
} as const satisfies ReasonTable;
