import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseImage } from '../image-reference.ts';
import { starts } from '../programs.ts';
import type { Step } from '../step.ts';

/** What buildx writes about its result. */
const metadataSchema = z.object({ 'containerimage.digest': z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/**
 * The multi-platform image. A dry run builds it and keeps it in `image.oci.tar`; otherwise it is pushed, and the later
 * steps name it by digest.
 */
export const imageStep: Step = {
  name: 'image',
  missing: () =>
    starts('docker', 'buildx', 'inspect', '--bootstrap') ? undefined : 'docker with buildx not found',
  run(release) {
    const { root, out, image, version, epoch, dryRun } = release;
    const metadata = join(out, 'image.json');
    const { status } = spawnSync('bash', ['scripts/release/build-image.sh'], {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        IMAGE: image,
        VERSION: version,
        SOURCE_DATE_EPOCH: String(epoch),
        OUTPUT: dryRun ? `type=oci,dest=${join(out, 'image.oci.tar')}` : 'type=registry',
        METADATA: metadata,
      },
    });
    if (status !== 0) {
      throw new Error(`the build of the image ended with ${status}`);
    }
    if (dryRun) {
      return release;
    }
    const { 'containerimage.digest': digest } = metadataSchema.parse(
      JSON.parse(readFileSync(metadata, 'utf8')),
    );
    return { ...release, image: `${parseImage(image).name}@${digest}` };
  },
};
