import { Duration } from 'cdk8s';
import { AppArmorProfile } from './app-armor-profile';
import { DesiredState } from './desired-state';
import type { NodeInstallerProps } from './node-installer-props';
import { ReadinessGate } from './readiness-gate';
import { CrictlConfig } from '../platform/crictl-config';
import { KubeletSettings } from '../platform/kubelet-config';
import { NodePlatform } from '../platform/node-platform';
import { BOOLEAN, instanceOf, OBJECT, OBJECTS, requireKinds, TEXT, TEXTS, type Kinds } from '../runtime/given';
import { refuseLabels } from '../runtime/label-syntax';
import { isDnsSubdomain, proposeDnsSubdomain } from '../runtime/runtime-names';

/** What JavaScript, which has no types, may give in place of it. */
const KINDS: Kinds = {
  platform: instanceOf(() => NodePlatform, 'such as NodePlatform.CONTAINERD'),
  readiness: instanceOf(() => ReadinessGate, 'such as ReadinessGate.handlerLabel()'),
  desiredState: instanceOf(() => DesiredState, 'such as DesiredState.PRESENT'),
  driftCheckInterval: instanceOf(() => Duration, 'such as Duration.minutes(5)'),
  kubelet: instanceOf(() => KubeletSettings, 'such as new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) })'),
  crictl: instanceOf(() => CrictlConfig, 'such as new CrictlConfig()'),
  appArmorProfile: instanceOf(() => AppArmorProfile, 'such as AppArmorProfile.RUNTIME_DEFAULT'),
  seLinuxOptions: OBJECT,
  createNamespace: BOOLEAN,
  imagePullSecrets: [Array.isArray, 'a list of names of Secrets'],
  tolerations: OBJECTS,
  noProxy: TEXTS,
  importedFolders: TEXTS,
  caBundle: TEXT,
};

/** Refuses what the API server would refuse of the installer's Pod, long after synth. */
export function validateProps(path: string, props: NodeInstallerProps): void {
  requireKinds(path, props, KINDS);
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
