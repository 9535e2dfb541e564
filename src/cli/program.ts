/** How the plugin is called. */
export const PROGRAM = 'kubectl openconnectors';
