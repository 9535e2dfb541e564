// Messages of zod in English alone.
export { default as en } from '../../../node_modules/zod/v4/locales/en.js';
