import type { KindNames } from '../../../src/api/group.ts';
import type { SpecField } from '../../support/crd-fields.ts';
import type { Stage } from '../environment/stage.ts';
import type { Session } from '../session.ts';
import type { Mutation } from './mutations.ts';
import type { Traffic } from './traffic.ts';

/** A spec as JSON. */
export type Spec = Readonly<Record<string, unknown>>;

/** A spec in which nearly every field has a value, with what it needs. */
export interface Base {
  readonly name: string;
  /** Creates what the spec refers to, and returns the spec. */
  prepare(stage: Stage): Promise<Spec>;
}

/** A kind whose fields are changed. */
export interface MutatedKind {
  readonly names: Pick<KindNames, 'kind' | 'plural'>;
  /** Name of the object whose fields are changed. */
  readonly name: string;
  /** The connectors of the stage. */
  readonly connectors: number;
  /** Without a write for this time, longer than each period of the operator but the ping, all has settled, milliseconds. */
  readonly calmMs: number;
  /** A field is changed in the first of them that has it. */
  readonly bases: readonly Base[];
  readonly values: Values;
  readonly expectations: Expectations;
  /** Specs that break a rule about several fields: a base, and what changes in it. */
  readonly combinations: readonly { readonly base: number; readonly changes: Spec }[];
  /** Names of the connectors that depend on the object. */
  readonly users: readonly string[];
  /** Stores what a person has to give again, such as a code that was never used. */
  renew(stage: Stage): Promise<void>;
  /** What a settled object and all that depends on it came to, without times, versions and counters. */
  observe(observed: Observed): Promise<unknown>;
}

/** A settled session. */
export interface Observed {
  readonly session: Session;
  readonly traffic: Traffic;
  /** Whether the object and its users are Ready. */
  readonly isReady: boolean;
}

/** Values of the fields that the schema does not enumerate. */
export interface Values {
  /** The other valid values of a field; empty for one that nothing may change. */
  valid(field: SpecField, current: unknown): readonly unknown[];
  /** Values that the API server accepts and for which the status has to name the problem. */
  accepted(field: SpecField): readonly unknown[];
  /** Values that break a rule (CEL) of the field. */
  broken(field: SpecField): readonly unknown[];
  /** What has to change together with `path` where it takes `value`. */
  beside(path: string, value: unknown): Spec;
}

/** What is expected of the changes of a kind beyond the common rules, each with its cause. */
export interface Expectations {
  /** Fields that nothing may change once they are set. Their other valid values are other words for the same. */
  readonly immutable: ReadonlySet<string>;
  /** The reason of Ready with a valid value; `undefined`: Ready. */
  reason(mutation: Mutation): string | undefined;
  /** Whether the conditions of an object that is not Ready name the field, its value or its consequence. */
  isNamed(mutation: Mutation, conditions: string): boolean;
  /** Whether an object that was Ready may ignore the value. */
  isUnread(mutation: Mutation): boolean;
  /** Whether an object that is created with the value is Ready, because only the change is refused. */
  isRefusedAsChange(mutation: Mutation): boolean;
  /** Whether the way to a state may leave this difference. */
  isLasting(mutation: Mutation, difference: string): boolean;
  /** Whether each other valid value has to change what is observed. */
  isVisible(field: SpecField): boolean;
}
