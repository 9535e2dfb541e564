/** Hosts of Infusionsoft accounts. */
export const SERVER_HOSTS = '*.infusionsoft.com';

/** The only OAuth scope that Keap has. */
export const DEFAULT_SCOPE = 'full';
