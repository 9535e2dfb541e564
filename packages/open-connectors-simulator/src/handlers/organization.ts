import { type Handler, userOf } from '../call.ts';
import { ApiError } from '../errors.ts';
import { replaceUserSecret } from '../state.ts';
import { timestamp, userView } from '../view.ts';
import { json } from '../wire.ts';

/** `GET /organizations/me`. */
export const readOrganization: Handler = (call) => {
  const { id, name, createdAt, secret } = userOf(call).account.organization;
  const shown = call.context.knobs.organizationShowsSecret ? { secret } : {};
  return json(200, { id, name, createdDate: timestamp(createdAt), ...shown });
};

/** `GET /accounts`: those of the organization. */
export const listAccounts: Handler = (call) => {
  const { organization } = userOf(call).account;
  const own = [...call.context.state.accounts.values()].filter(
    (account) => account.organization === organization,
  );
  return json(
    200,
    own.map(({ id, name, isDefault }) => ({ id, name, defaultAccount: isDefault, active: true })),
  );
};

/** `GET /users`: those of the organization. */
export const listUsers: Handler = (call) => {
  const { organization } = userOf(call).account;
  const own = [...call.context.state.users.values()].filter(
    (user) => user.account.organization === organization,
  );
  return json(
    200,
    own.map((user) => userView(user, call.context)),
  );
};

/** `GET /users/{emailOrId}`. */
export const readUser: Handler = (call) => {
  const { organization } = userOf(call).account;
  const wanted = call.parameters['user'];
  const user = [...call.context.state.users.values()].find(
    (one) =>
      one.account.organization === organization && [String(one.id), one.emailAddress].includes(wanted ?? ''),
  );
  if (user === undefined) {
    throw new ApiError(404, `No user found with ID ${wanted}`);
  }
  return json(200, userView(user, call.context));
};

/** `POST /authentication/user-secret-reset`: the old secret is invalid immediately. */
export const resetUserSecret: Handler = (call) => {
  const user = userOf(call);
  replaceUserSecret(call.context.state, user, call.context.ids);
  return json(200, { secret: user.secret });
};
