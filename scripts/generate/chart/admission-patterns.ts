import { z } from 'zod';
import { objectOf } from './sources.ts';

const schema = z.looseObject({ data: z.object({ hosts: z.string(), servers: z.string() }) });

/** The patterns of the component `admission-policies`. */
export function admissionPatterns(): { readonly hosts: string; readonly servers: string } {
  return schema.parse(objectOf('components/admission-policies/parameters.yaml')).data;
}
