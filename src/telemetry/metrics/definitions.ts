import { controllerRuntimeDefinitions } from './controller-runtime-definitions.ts';
import { ownDefinitions } from './own-definitions.ts';

/** Every metric of the operator. The Prometheus client adds those of the process (`process_*`, `nodejs_*`). */
export const definitions = { ...controllerRuntimeDefinitions, ...ownDefinitions } as const;

type Definitions = typeof definitions;

/** The name of a metric. */
export type MetricName = keyof Definitions;

/** The names of the metrics of one type. */
export type NameOf<Type extends 'counter' | 'gauge' | 'histogram'> = {
  [Name in MetricName]: Definitions[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** A value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<Definitions[Name]['labels'][number], string>>;

/** All names, in the order of their declaration. */
export const metricNames = Object.keys(definitions) as readonly MetricName[];
