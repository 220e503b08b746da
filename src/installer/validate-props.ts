import { AppArmorProfile } from './app-armor-profile';
import type { NodeInstallerProps } from './node-installer-props';
import { CrictlConfig } from '../platform/crictl-config';
import { KubeletSettings } from '../platform/kubelet-config';
import { isDnsSubdomain, proposeDnsSubdomain } from '../runtime/runtime-names';

/** Part of a label's key or its value. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
const LABEL = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

/** What JavaScript, which has no types, may give in place of an object of the library. */
const OBJECTS = {
  kubelet: [KubeletSettings, 'new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15) })'],
  crictl: [CrictlConfig, 'new CrictlConfig()'],
  appArmorProfile: [AppArmorProfile, 'AppArmorProfile.RUNTIME_DEFAULT'],
} as const;

/** Refuses what the API server would refuse of the installer's Pod, long after synth. */
export function validateProps(path: string, props: NodeInstallerProps): void {
  for (const [member, [type, example]] of Object.entries(OBJECTS)) {
    const given = props[member as keyof typeof OBJECTS];
    if (given !== undefined && !(given instanceof type)) throw new Error(`${member} of ${path} must be such as ${example}, got ${JSON.stringify(given)}`);
  }
  for (const [key, value] of Object.entries(props.nodeSelector ?? {})) {
    if (!isLabelKey(key)) {
      throw new Error(`nodeSelector of ${path} has the key "${key}", which no label can have; write one such as "pool" or "example.com/pool"`);
    }
    if (typeof value !== 'string' || (value !== '' && !LABEL.test(value))) {
      throw new Error(`nodeSelector of ${path} has ${JSON.stringify(value)} for "${key}", which no label can have: at most 63 letters, digits, "-", "_" and ".", as text`);
    }
  }
  const names = { priorityClassName: [props.priorityClassName], imagePullSecrets: props.imagePullSecrets ?? [] };
  for (const [member, given] of Object.entries(names)) {
    const wrong = given.find((name) => name !== undefined && !(typeof name === 'string' && isDnsSubdomain(name)));
    if (wrong !== undefined) {
      throw new Error(`${member} of ${path} must be ${member === 'imagePullSecrets' ? 'names of Secrets' : 'the name of a PriorityClass'} (lower-case letters, digits, "-" and "."), `
        + `got ${JSON.stringify(wrong)}; write "${proposeDnsSubdomain(String(wrong))}"`);
    }
  }
}

export function isLabelKey(key: string): boolean {
  const [name, prefix, ...more] = key.split('/').reverse();
  return more.length === 0 && LABEL.test(name) && (prefix === undefined || isDnsSubdomain(prefix));
}
