export { timeLimit } from 'test-kit/time-limit.ts';
