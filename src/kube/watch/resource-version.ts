const DECIMAL = /^(0|[1-9][0-9]*)$/;

/**
 * Whether resource version `a` is older than `b`. Kubernetes 1.35 documents resource versions of one resource type as
 * comparable decimal integers (KEP-5504); earlier servers on etcd behave so. Anything else is "not known to be
 * older". Decimals of one length compare as text, so that no BigInt is made for each of thousands of objects.
 */
export function isOlderVersion(a: string, b: string): boolean {
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) {
    return false;
  }
  return a.length === b.length ? a < b : a.length < b.length;
}
