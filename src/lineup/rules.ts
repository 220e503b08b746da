import { POD_RULES } from './pod-rules';
import type { Rule } from './rule';
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

/** Every rule, from the Pod down to the node. */
export const RULES: readonly Rule[] = [
  classExists, compatibility, podNodeSelector, kataGuestSize, kataAnnotations,
  classOfRuntime, handlerInstalled, nodeHandler, readinessLabel, autoscaledPool, othersLabel, tolerations, sandboxInNameOnly,
  duplicateName, validName, kataOverhead, retiredRuntimeHandler,
  runtimeTable, gvisorOnCrio, dockerRuntime, shim, configPath, stagedFiles, artifact, release, kataRelease, platform, nodeRequirements,
  installerPlan, installerBundle, planHash, installerPods, installerMounts, installerImages, installerCommands, installerToken, installerWatch,
  installerOverlap, fence,
];

/** Ids that findings have: a rule about Pods reports under its own, and an exception from one is judged, too. */
export const RULE_IDS: readonly string[] = [
  ...RULES.filter((rule) => rule !== compatibility).map(({ id }) => id), ...POD_RULES.map(({ id }) => id), EXCEPTION,
];
