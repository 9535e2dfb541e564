/** The properties of a run: what must hold after every step, and what must hold in the end. */
export const PROPERTIES = {
  'owned instance': 'Each instance of this cluster has a resource or a tombstone.',
  'code sent once': 'No code is sent again unless the answer proves that it was not processed.',
  'searched first':
    'No instance is created before a listing, and a search after each create without a result.',
  'removal recorded': 'While a resource lives, its status names an instance before it is deleted.',
  'allowed host': 'No request leaves for a host that ALLOWED_HOSTS does not have.',
  'one instance': 'In the end each resource has one live instance, and no instance is an orphan.',
  'foreign instance': 'No instance of another owner is changed.',
  'finalizer last': 'The finalizer of a resource is removed after its instances.',
  'no secret': 'No value of a Secret is in a log line, an event, a status or an annotation.',
  fenced: 'No replica changes Open Connectors while another one holds the Lease.',
  'bounded calls': 'No process sends a storm of requests.',
  settled: 'After faults and edits end, each connector is Ready or names the next action of a person.',
  true: 'A connector is Ready only when instance and connection Secret equal its spec.',
  'state used once': 'The consent pages accept each state once, and not after it has expired.',
  'own consent': 'A code is sent only for the resource and the element that its person agreed to.',
  'code kept': 'A code that the consent pages accept is sent, unless a later consent or an edit replaces it.',
  quiet: 'A settled operator writes nothing.',
  'sound run': 'The operations of the storm itself succeed.',
} as const;

/** The name of a property. */
export type Property = keyof typeof PROPERTIES;

/** A property that a run broke. */
export interface Violation {
  readonly property: Property;
  readonly text: string;
}
