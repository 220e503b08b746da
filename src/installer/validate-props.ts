import { Duration } from 'cdk8s';
import { AppArmorProfile } from './app-armor-profile';
import { DesiredState } from './desired-state';
import type { NodeInstallerProps } from './node-installer-props';
import { ReadinessGate } from './readiness-gate';
import { CrictlConfig } from '../platform/crictl-config';
import { KubeletSettings } from '../platform/kubelet-config';
import { NodePlatform } from '../platform/node-platform';
import { refuseLabels } from '../runtime/label-syntax';
import { isDnsSubdomain, proposeDnsSubdomain } from '../runtime/runtime-names';

/** What JavaScript, which has no types, may give in place of an object of the library. */
const OBJECTS = {
  platform: [() => NodePlatform, 'NodePlatform.CONTAINERD'],
  readiness: [() => ReadinessGate, 'ReadinessGate.handlerLabel()'],
  desiredState: [() => DesiredState, 'DesiredState.PRESENT'],
  driftCheckInterval: [() => Duration, 'Duration.minutes(5)'],
  kubelet: [() => KubeletSettings, 'new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) })'],
  crictl: [() => CrictlConfig, 'new CrictlConfig()'],
  appArmorProfile: [() => AppArmorProfile, 'AppArmorProfile.RUNTIME_DEFAULT'],
} as const;

/** And in place of lists, or of true and false. */
const LISTS = ['imagePullSecrets', 'tolerations', 'noProxy', 'importedFolders'] as const;

/** Refuses what the API server would refuse of the installer's Pod, long after synth. */
export function validateProps(path: string, props: NodeInstallerProps): void {
  for (const member of LISTS) {
    const given: unknown = props[member];
    if (given !== undefined && !Array.isArray(given)) throw new Error(`${member} of ${path} must be a list, got ${JSON.stringify(given)}; write [${JSON.stringify(given)}]`);
  }
  const { createNamespace } = props;
  if (createNamespace !== undefined && typeof createNamespace !== 'boolean') {
    throw new Error(`createNamespace of ${path} must be true or false, got ${JSON.stringify(createNamespace)}`);
  }
  for (const [member, [type, example]] of Object.entries(OBJECTS)) {
    const given = props[member as keyof typeof OBJECTS];
    if (given !== undefined && !(given instanceof type())) throw new Error(`${member} of ${path} must be such as ${example}, got ${JSON.stringify(given)}`);
  }
  refuseLabels(`nodeSelector of ${path}`, props.nodeSelector);
  const names = { priorityClassName: [props.priorityClassName], imagePullSecrets: props.imagePullSecrets ?? [] };
  for (const [member, given] of Object.entries(names)) {
    const wrong = given.find((name) => name !== undefined && !(typeof name === 'string' && isDnsSubdomain(name)));
    if (wrong !== undefined) {
      throw new Error(`${member} of ${path} must be ${member === 'imagePullSecrets' ? 'names of Secrets' : 'the name of a PriorityClass'} (lower-case letters, digits, "-" and "."), `
        + `got ${JSON.stringify(wrong)}; write "${proposeDnsSubdomain(String(wrong))}"`);
    }
  }
}
