import { startApiServer } from '../src/index.ts';
import { describeProtocol } from './protocol/describe-protocol.ts';

describeProtocol('the emulator', () => startApiServer({ authorization: 'RBAC' }));
