/** The declaration of a metric. */
export type MetricDefinition =
  | { readonly type: 'counter' | 'gauge'; readonly labels: readonly string[]; readonly help: string }
  | {
      readonly type: 'histogram';
      readonly labels: readonly string[];
      /** Upper bounds, ascending; `+Inf` is added. In seconds for durations. */
      readonly buckets: readonly number[];
      readonly help: string;
    };
