import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { MetricDefinition } from './definition.ts';
import { definitions, type LabelsOf, type MetricName, type NameOf } from './definitions.ts';

/** One value of a gauge. */
export interface Sample<Name extends MetricName> {
  readonly labels: LabelsOf<Name>;
  readonly value: number;
}

/** All metrics in the text format of a scrape. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** The metrics of one operator. Durations are seconds. No other file uses the Prometheus client. */
export interface Metrics {
  /** Adds `by` (default 1; 0 creates the series) to a counter. */
  add<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  observe<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void;
  /** Creates the series of a histogram before its first observation. */
  announce<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): void;
  set<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void;
  /** Replaces all series of a gauge. */
  replace<Name extends NameOf<'gauge'>>(name: Name, samples: readonly Sample<Name>[]): void;
  /** Adds the metrics of Node.js and of the process. */
  measureProcess(): void;
  /** Calls `collect` before each scrape. */
  onScrape(collect: () => void): void;
  expose(): Promise<Exposition>;
}

/** Resolution of the lag of the event loop and interval of its timer, milliseconds. */
const LOOP_RESOLUTION_MS = 50;

/** Creates all declared metrics. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const { counters, gauges, histograms } = register(registry);
  const collectors: (() => void)[] = [];
  return {
    add: (name, labels, by = 1) => known(counters, name).inc(labels, by),
    observe: (name, labels, value) => known(histograms, name).observe(labels, value),
    announce: (name, labels) => known(histograms, name).zero(labels),
    set: (name, labels, value) => known(gauges, name).set(labels, value),
    replace(name, samples) {
      const gauge = known(gauges, name);
      gauge.reset();
      for (const { labels, value } of samples) {
        gauge.set(labels, value);
      }
    },
    measureProcess: () =>
      collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_RESOLUTION_MS }),
    onScrape: (collect) => void collectors.push(collect),
    async expose() {
      for (const collect of collectors) {
        collect();
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

interface Registered {
  readonly counters: ReadonlyMap<string, Counter<string>>;
  readonly gauges: ReadonlyMap<string, Gauge<string>>;
  readonly histograms: ReadonlyMap<string, Histogram<string>>;
}

function register(registry: Registry): Registered {
  const counters = new Map<string, Counter<string>>();
  const gauges = new Map<string, Gauge<string>>();
  const histograms = new Map<string, Histogram<string>>();
  for (const [name, definition] of Object.entries<MetricDefinition>(definitions)) {
    const common = { name, help: definition.help, labelNames: definition.labels, registers: [registry] };
    switch (definition.type) {
      case 'counter':
        counters.set(name, new Counter(common));
        break;
      case 'gauge':
        gauges.set(name, new Gauge(common));
        break;
      case 'histogram':
        histograms.set(name, new Histogram({ ...common, buckets: [...definition.buckets] }));
        break;
    }
  }
  return { counters, gauges, histograms };
}

function known<Metric>(metrics: ReadonlyMap<string, Metric>, name: string): Metric {
  const metric = metrics.get(name);
  if (metric === undefined) {
    throw new Error(`there is no metric ${name} of this type`);
  }
  return metric;
}
