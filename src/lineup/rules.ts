import type { LineUpIndex } from './line-up-index';
import { POD_RULES } from './pod-rules';
import { rare, type Rule } from './rule';
import { artifact } from './rules/artifact';
import { autoscaledPool } from './rules/autoscaled-pool';
import { classExists } from './rules/class-exists';
import { classOfRuntime } from './rules/class-of-runtime';
import { compatibility, EXCEPTION } from './rules/compatibility';
import { configPath } from './rules/config-path';
import { dockerRuntime } from './rules/docker-runtime';
import { duplicateName } from './rules/duplicate-name';
import { fence } from './rules/fence';
import { gvisorOnCrio } from './rules/gvisor-on-crio';
import { handlerInstalled } from './rules/handler-installed';
import { installerArchitectures } from './rules/installer-architectures';
import { installerBundle } from './rules/installer-bundle';
import { installerCommands } from './rules/installer-commands';
import { installerImages } from './rules/installer-images';
import { installerMounts } from './rules/installer-mounts';
import { installerOverlap } from './rules/installer-overlap';
import { installerPlan } from './rules/installer-plan';
import { installerPods } from './rules/installer-pods';
import { installerToken } from './rules/installer-token';
import { installerWatch } from './rules/installer-watch';
import { kataAnnotations } from './rules/kata-annotations';
import { kataGuestSize } from './rules/kata-guest-size';
import { kataOverhead } from './rules/kata-overhead';
import { kataRelease } from './rules/kata-release';
import { nodeHandler } from './rules/node-handler';
import { nodeRequirements } from './rules/node-requirements';
import { othersLabel } from './rules/others-label';
import { planHash } from './rules/plan-hash';
import { platform } from './rules/platform';
import { podNodeSelector } from './rules/pod-node-selector';
import { readinessLabel } from './rules/readiness-label';
import { release } from './rules/release';
import { retiredRuntimeHandler } from './rules/retired-runtime';
import { runtimeTable } from './rules/runtime-table';
import { sandboxInNameOnly } from './rules/sandbox-in-name-only';
import { shim } from './rules/shim';
import { stagedFiles } from './rules/staged-files';
import { tolerations } from './rules/tolerations';
import { validName } from './rules/valid-name';

/** Wherever there is a KataClass, and wherever something is installed that is neither Kata nor gVisor. */
function hasKata({ runtimes, classes, sandboxed }: LineUpIndex): boolean {
  return runtimes.some(({ runtime }) => runtime.runtime !== 'gvisor' || runtime.shimFacts)
    || [...sandboxed.keys(), ...[...classes.values()].flat().map(({ handler }) => handler)].some((name) => name.startsWith('kata-'));
}

function hasPlatform(kind: 'crio' | 'docker'): (index: LineUpIndex) => boolean {
  return ({ installers }) => installers.some(({ plan }) => plan?.platform.kind === kind);
}

function hasImages({ runtimes }: LineUpIndex): boolean {
  return runtimes.some(({ runtime }) => runtime.artifact.kind === 'image');
}

function isWatching({ installers }: LineUpIndex): boolean {
  return installers.some(({ pod }) => pod.containers.some(({ name }) => name === 'watch'));
}

/** Every rule, from the Pod down to the node. */
export const RULES: readonly Rule[] = [
  classExists, compatibility, podNodeSelector,
  rare('kata-guest-size', hasKata, () => kataGuestSize),
  rare('kata-annotations', hasKata, () => kataAnnotations),
  classOfRuntime, handlerInstalled,
  rare('node-handler', ({ nodes }) => nodes.length > 0, () => nodeHandler),
  readinessLabel, autoscaledPool,
  rare('others-label', ({ others }) => others.length > 0, () => othersLabel),
  tolerations, sandboxInNameOnly, duplicateName, validName,
  rare('kata-overhead', hasKata, () => kataOverhead),
  retiredRuntimeHandler,
  runtimeTable,
  rare('gvisor-on-crio', hasPlatform('crio'), () => gvisorOnCrio),
  rare('docker-runtime', hasPlatform('docker'), () => dockerRuntime),
  shim, configPath, stagedFiles, artifact, release,
  rare('kata-release', hasKata, () => kataRelease),
  platform, nodeRequirements,
  installerPlan, installerBundle, planHash, installerPods, installerArchitectures, installerMounts,
  rare('installer-images', hasImages, () => installerImages),
  installerCommands, installerToken,
  rare('installer-watch', isWatching, () => installerWatch),
  installerOverlap, fence,
];

/** Ids that findings have: a rule about Pods reports under its own, and an exception from one is judged, too. */
export const RULE_IDS: readonly string[] = [
  ...RULES.filter((rule) => rule !== compatibility).map(({ id }) => id), ...POD_RULES.map(({ id }) => id), EXCEPTION,
];
