import type { Step } from './step.ts';
import { chartStep } from './steps/chart.ts';
import { checksumsStep } from './steps/checksums.ts';
import { imageStep } from './steps/image.ts';
import { manifestsStep } from './steps/manifests.ts';
import { notesStep } from './steps/notes.ts';
import { olmStep } from './steps/olm.ts';
import { operatorStep } from './steps/operator.ts';
import { pluginStep } from './steps/plugin.ts';
import { sbomStep } from './steps/sbom.ts';

/** The parts of a release in their order: the image comes first, because the others name it, and the checksums last. */
export const STEPS: readonly Step[] = [
  imageStep,
  operatorStep,
  pluginStep,
  chartStep,
  manifestsStep,
  olmStep,
  sbomStep,
  notesStep,
  checksumsStep,
];
