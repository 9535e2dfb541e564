import { join } from 'node:path';
import { bundle } from './build/bundle.ts';

const programs = await bundle(join(import.meta.dirname, '..', 'dist'));
console.log(programs.map(({ path, bytes }) => `dist/${path} ${(bytes / 1e6).toFixed(1)} MB`).join(', '));
