import type { Cluster } from './cluster.ts';
import type { Hands } from './hands.ts';
import type { Looking } from './kubectl.ts';
import type { Applications } from './migration/applications.ts';
import type { Plugin } from './migration/plugin.ts';
import type { Observer } from './observer.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

/** The context of the story. */
export interface StoryContext {
  readonly stage: Stage;
  readonly cluster: Cluster;
  readonly observer: Observer;
  readonly screen: Screen;
  readonly hands: Hands;
  readonly looking: () => Looking;
  readonly plugin: Plugin;
  readonly applications: Applications;
  /** Time to read, at a terminal. */
  readonly pause: () => Promise<void>;
}
