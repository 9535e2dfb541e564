/** `uid` of the operator's own account, which no resource stands for. */
export const DEFAULT_ACCOUNT_UID = 'default';

/** Key of the operator's own account. */
export const DEFAULT_ACCOUNT_KEY = '';

/** The key of an account: `<namespace>/<name>`, or the empty text for the operator's default account. */
export function accountKey(namespace: string, name: string | undefined): string {
  return name === undefined ? DEFAULT_ACCOUNT_KEY : `${namespace}/${name}`;
}
