/** The name of this cluster in owner tags. */
export const CLUSTER_ID = 'soak';
