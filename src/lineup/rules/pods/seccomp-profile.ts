import { CompatibilityRule } from '../../compatibility-rule';
import { inSecurityContexts, type PodRule } from '../../pod-rule';

/** Pod -> sandbox: filters of system calls. `RuntimeDefault` harms nobody, and Pod Security asks for it. */
export const seccompProfile: PodRule = {
  id: CompatibilityRule.SECCOMP_PROFILE,
  about: '`seccompProfile` of type `Localhost`',
  gvisor: [
    {
      severity: 'warning',
      reason: 'runsc does not apply it',
      instead: 'leave it out, write RuntimeDefault, or set ociSeccomp for the runtime',
      source: 'google/gvisor runsc/config/flags.go (oci-seccomp)',
      when: { text: 'unless the runtime has oci-seccomp', holds: ({ settings }) => settings['oci-seccomp'] !== 'true' },
    },
  ],
  kata: [
    {
      severity: 'warning',
      reason: 'Kata does not apply it in the virtual machine (disable_guest_seccomp)',
      instead: 'leave it out, write RuntimeDefault, or set disableGuestSeccomp: false for the runtime',
      source: 'kata-containers src/runtime/virtcontainers/kata_agent.go (constrainGRPCSpec), src/runtime/Makefile and src/runtime-rs/Makefile (disable_guest_seccomp)',
      when: { text: 'unless the runtime has disable_guest_seccomp=false', holds: ({ settings }) => settings['runtime.disable_guest_seccomp'] !== 'false' },
    },
  ],
  looks: inSecurityContexts({ key: 'seccompProfile', given: (value) => (value?.type === 'Localhost' ? `seccompProfile is ${value.localhostProfile}` : undefined) }),
};
