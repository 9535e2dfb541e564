import { createHash } from 'node:crypto';
import { encodeBase32 } from '../runtime/base32.ts';

/**
 * The tags that name the owner of an instance. Which characters Open Connectors keeps is not documented, so all of them
 * stay within `[a-z0-9.-]` and 64 characters. Tags with the prefix `k8s-` belong to the operator, all others to the user.
 */
export interface OwnerTags {
  /** Asked for by the inventory: everything that this cluster owns. */
  readonly cluster: string;
  /** Survives a restored backup: cluster, namespace and name, whatever the uid. */
  readonly owner: string;
  /** This very resource. */
  readonly uid: string;
  /** For users of the console of Open Connectors. */
  readonly namespace: string;
  readonly name: string;
}

/** Who owns an instance: the cluster's id, and the resource's namespace, name and uid. */
export interface Owner {
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const PREFIX = 'k8s-';
const MAX_LENGTH = 64;
/** RFC 4648 in lower case. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The tag that all instances of one cluster carry. */
export function clusterTag(clusterId: string): string {
  return `${PREFIX}cluster-${clusterId}`.slice(0, MAX_LENGTH);
}

/** The tag of one very resource. */
export function uidTag(uid: string): string {
  return `${PREFIX}uid-${uid}`;
}

/** The uid in the tag of a resource; `undefined` for other tags. */
export function uidOfTag(tag: string): string | undefined {
  const prefix = uidTag('');
  return tag.startsWith(prefix) ? tag.slice(prefix.length) : undefined;
}

/** The tag that survives a restored backup. */
export function ownerTag({ clusterId, namespace, name }: Omit<Owner, 'uid'>): string {
  const digest = createHash('sha256').update(`${clusterId}/${namespace}/${name}`).digest();
  return `${PREFIX}owner-${encodeBase32(digest, ALPHABET)}`;
}

/** The tags of one resource's instance. Pure: the same owner always gets the same tags. */
export function ownerTags(owner: Owner): OwnerTags {
  return {
    cluster: clusterTag(owner.clusterId),
    owner: ownerTag(owner),
    uid: uidTag(owner.uid),
    namespace: `${PREFIX}ns-${owner.namespace}`.slice(0, MAX_LENGTH),
    name: `${PREFIX}name-${owner.name}`.slice(0, MAX_LENGTH),
  };
}

/** All tags an instance should carry: the operator's own, then the user's. */
export function allTags(tags: OwnerTags, userTags: readonly string[]): string[] {
  return [tags.cluster, tags.owner, tags.uid, tags.namespace, tags.name, ...userTags];
}

/** Whether a tag is one of an operator's own. */
export function isOperatorTag(tag: string): boolean {
  return tag.startsWith(PREFIX);
}

/** The tags that are left when the operator lets go of an instance. */
export function withoutOwnerTags(tags: readonly string[]): string[] {
  return tags.filter((tag) => !isOperatorTag(tag));
}

/** Whether a tag is one that names an owner by cluster, namespace and name. */
export function isOwnerTag(tag: string): boolean {
  return tag.startsWith(`${PREFIX}owner-`);
}

/** How the tags on an instance relate to a resource. `unowned`: none of them is an owner's. */
export type Ownership = 'this-resource' | 'same-name' | 'foreign' | 'unowned';

/** Reads the tags on an instance against those that the resource would write. */
export function ownershipOf(tags: readonly string[], mine: OwnerTags): Ownership {
  const owners = tags.filter(isOwnerTag);
  const clusters = tags.filter((tag) => tag.startsWith(`${PREFIX}cluster-`));
  const uids = tags.filter((tag) => tag.startsWith(`${PREFIX}uid-`));
  if (owners.length === 0 && clusters.length === 0 && uids.length === 0) {
    return 'unowned';
  }
  const ours = (found: readonly string[], tag: string) => found.every((candidate) => candidate === tag);
  if (!ours(owners, mine.owner) || !ours(clusters, mine.cluster)) {
    return 'foreign';
  }
  return uids.includes(mine.uid) ? 'this-resource' : 'same-name';
}

/** The owner of an instance as its tags name it, for a message, e.g. `cluster a, namespace b, resource c`. */
export function ownerInWords(tags: readonly string[]): string {
  const read = (kind: string, word: string): string[] => {
    const tag = tags.find((candidate) => candidate.startsWith(`${PREFIX}${kind}-`));
    return tag === undefined ? [] : [`${word} ${tag.slice(PREFIX.length + kind.length + 1)}`];
  };
  const words = [...read('cluster', 'cluster'), ...read('ns', 'namespace'), ...read('name', 'resource')];
  return words.length === 0 ? 'unnamed' : words.join(', ');
}
