export { settle, VirtualClock } from 'test-kit/virtual-clock.ts';
