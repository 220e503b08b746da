import { CompatibilityRule } from '../../compatibility-rule';
import { inSecurityContexts, type PodRule } from '../../pod-rule';

/** Pod -> sandbox: profiles of AppArmor are for the kernel of the host. `RuntimeDefault` harms nobody, and Pod Security asks for it. */
export const appArmorProfile: PodRule = {
  id: CompatibilityRule.APP_ARMOR_PROFILE,
  about: '`appArmorProfile` of type `Localhost`, or its annotation',
  gvisor: [
    {
      severity: 'warning',
      reason: 'runsc ignores it, with a line in its log',
      instead: 'leave it out',
      source: 'google/gvisor runsc/specutils/specutils.go (ValidateSpec)',
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'it is not applied in the virtual machine',
      instead: 'leave it out',
      source: 'kata-containers src/agent/rustjail/src/container.rs (nothing applies it)',
    },
  ],
  looks: [
    ...inSecurityContexts({ key: 'appArmorProfile', given: (value) => (value?.type === 'Localhost' ? `appArmorProfile is ${value.localhostProfile}` : undefined) }),
    {
      at: 'annotation',
      key: 'container.apparmor.security.beta.kubernetes.io/',
      given: (name, { annotations }) => (String(annotations[name]).startsWith('localhost/') ? `the annotation ${name} is ${annotations[name]}` : undefined),
    },
  ],
};
