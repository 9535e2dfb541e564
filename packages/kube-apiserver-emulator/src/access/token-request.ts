import { defineBuiltin } from '../builtin/define.ts';
import { listOf, optionalInteger, struct, text, time } from '../schema.ts';

const boundObject = {
  ...struct({ kind: text, apiVersion: text, name: text, uid: text }, undefined, {
    kind: 1,
    apiVersion: 2,
    name: 3,
    uid: 4,
  }),
  pointer: true,
};

/** `authentication.k8s.io/v1` TokenRequests, which only exist as bodies for `serviceaccounts/token`. */
export const tokenRequests = defineBuiltin({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  fields: {
    spec: struct(
      { audiences: listOf(text), expirationSeconds: optionalInteger, boundObjectRef: boundObject },
      undefined,
      { audiences: 1, boundObjectRef: 3, expirationSeconds: 4 },
    ),
    status: struct({ token: text, expirationTimestamp: time }),
  },
  wire: { spec: 2 },
  columns: [],
});
