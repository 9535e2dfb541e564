export { patient } from 'test-kit/patience.ts';
