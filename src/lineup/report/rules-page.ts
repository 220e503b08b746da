import type { PodRule, Verdict } from '../pod-rule';
import { POD_RULES } from '../pod-rules';

/** Rows of the field's own lists that no manifest of a Pod shows, or that are fine. */
const NOT_JUDGED: readonly { readonly what: string; readonly gvisor: string; readonly kata: string; readonly source: string }[] = [
  {
    what: '`kubectl port-forward`',
    gvisor: 'fails on containerd; use a Service. `exec`, `cp`, `logs` and probes work',
    kata: 'works',
    source: 'google/gvisor#3811, containerd/containerd#6638, e2e/cluster-scenarios/who-runs-in-a-sandbox.test.ts, kata-containers tests/integration/kubernetes/k8s-port-forward.bats',
  },
  {
    what: '`kubectl debug`, ephemeral containers',
    gvisor: 'run in the same sandbox',
    kata: 'run in the same virtual machine',
    source: 'e2e/cluster-scenarios/who-runs-in-a-sandbox.test.ts, kata-containers docs/design/architecture/README.md',
  },
  { what: 'io_uring', gvisor: 'off', kata: 'as the kernel of the guest has it', source: 'google/gvisor g3doc/user_guide/compatibility.md, e2e/scenarios/gvisor-rules.test.ts' },
  {
    what: 'memory metrics of single containers, control groups inside the Pod',
    gvisor: 'only the Pod as a whole is limited; groups inside count and do not limit',
    kata: 'limits of processes, devices and block I/O are dropped',
    source: 'google/gvisor g3doc/user_guide/compatibility.md, docs.cloud.google.com/kubernetes-engine/docs/concepts/sandbox-pods, kata-containers src/runtime/virtcontainers/kata_agent.go (constrainGRPCSpec)',
  },
  {
    what: 'inotify on an `emptyDir` of several containers',
    gvisor: 'needs `dev.gvisor.spec.mount.<volume>.share` and `.type`',
    kata: 'works in the guest',
    source: 'google/gvisor g3doc/user_guide/containerd/configuration.md, e2e/scenarios/gvisor-volumes.test.ts',
  },
  {
    what: 'mount hints where the kubelet has another folder than `/var/lib/kubelet` (k0s, MicroK8s)',
    gvisor: 'the Pod does not start: the shim looks for the volume in `/var/lib/kubelet/pods`',
    kata: '-',
    source: 'google/gvisor pkg/shim/v1/utils/volumes.go (kubeletPodsDir)',
  },
  { what: 'mount hints and `subPath` of the same volume', gvisor: 'the hint counts for mounts of the whole volume only', kata: '-', source: 'google/gvisor pkg/shim/v1/utils/volumes.go (volumePath)' },
  {
    what: 'sockets in an `emptyDir`',
    gvisor: 'those that a process of the host has too (drivers of storage) need `dev.gvisor.empty-dir.<volume>.force-shared: "true"` beside a mount hint',
    kata: 'work between containers of the Pod with `medium: Memory` only, and never with a process of the host',
    source: 'google/gvisor g3doc/user_guide/containerd/configuration.md, kata-containers tests/integration/kubernetes/runtimeclass_workloads/pod-uds-shared-volume.yaml',
  },
  {
    what: '`sizeLimit` of an `emptyDir` on disk',
    gvisor: 'the kubelet evicts, as always',
    kata: 'a disk of the guest is larger than it (`emptydir_mode` block-plain, block-encrypted)',
    source: 'kata-containers docs/Limitations.md (block-backed emptyDir volumes)',
  },
  {
    what: 'SELinux in containerd or CRI-O',
    gvisor: 'nodes that label containers start none: the installer refuses them',
    kata: 'the label is the one of the monitor of the virtual machine',
    source: 'google/gvisor g3doc/user_guide/FAQ.md, kata-containers docs/design/architecture/README.md',
  },
  { what: 'Cilium in the place of kube-proxy', gvisor: 'needs `socketLB.hostNamespaceOnly=true`', kata: 'not known', source: 'cilium/cilium#25322, google/gvisor#6998' },
  {
    what: 'checkpoint and restore',
    gvisor: 'by gVisor itself',
    kata: 'not supported',
    source: 'google/gvisor g3doc/user_guide/checkpoint_restore.md, kata-containers docs/Limitations.md (checkpoint and restore)',
  },
  {
    what: 'RuntimeDefault of seccomp and AppArmor',
    gvisor: 'not applied, harmless',
    kata: 'not applied, harmless',
    source: 'google/gvisor runsc/specutils/specutils.go, kata-containers src/runtime/Makefile (disable_guest_seccomp)',
  },
  { what: '`allowPrivilegeEscalation: false`', gvisor: 'holds', kata: 'holds in the guest', source: 'google/gvisor runsc/boot/loader.go, kata-containers src/agent/rustjail/src/container.rs' },
];

/** The page docs/rules.md, from the rules themselves. */
export function rulesPage(): string {
  return [
    '# What does not go with a sandbox',
    '',
    'Written by `npx ts-node -T --project bench/tsconfig.json docs/write-rules.ts` from `src/lineup/pod-rules.ts`; a test checks that it is current.',
    '',
    'Every Pod on a RuntimeClass of gVisor or Kata is judged by these rules, in each `cdk8s synth` and by `cdk8s-sandbox-runtimes check`. An **error** stops the synth:',
    'the Pod would not start, would open its sandbox, or would silently get something else. A **warning** is printed: it works in another way. A Pod that needs it',
    'all the same says so with an annotation, which stays in the YAML for the reviewer (`exceptions` of `sandbox()` and of `SandboxedPod` write it):',
    '',
    '```yaml',
    'metadata:',
    '  annotations:',
    '    except.sandbox-runtimes/host-path: the log agent reads /var/log of its node',
    '```',
    '',
    'Rules with **policy** are enforced by `RuntimeClassPolicy` at the API server too.',
    '',
    ...POD_RULES.flatMap(section),
    '## Not visible in a Pod',
    '',
    '| what | gVisor | Kata | source |',
    '|---|---|---|---|',
    ...NOT_JUDGED.map(({ what, gvisor, kata, source }) => `| ${what} | ${gvisor} | ${kata} | ${source} |`),
    '',
  ].join('\n');
}

function section(rule: PodRule): string[] {
  const enforced = rule.looks.every(({ cel }) => cel) ? ' · policy' : '';
  return [
    `## ${rule.id}`,
    '',
    `${rule.about}${enforced}`,
    '',
    '| sandbox | severity | what happens | instead | source |',
    '|---|---|---|---|---|',
    ...(rule.gvisor ?? []).map((verdict) => row('gVisor', verdict)),
    ...(rule.kata ?? []).map((verdict) => row('Kata', verdict)),
    '',
  ];
}

function row(sandbox: string, { severity, reason, instead, source, when }: Verdict): string {
  return `| ${sandbox}${when ? `, ${when.text}` : ''} | ${severity} | ${reason} | ${instead} | ${source} |`;
}
