/** Open Connectors returns this instead of a secret value. It is never compared or sent. */
export const MASKED = '********';
