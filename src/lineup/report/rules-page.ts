import type { PodRule, Verdict } from '../pod-rule';
import { POD_RULES } from '../pod-rules';

/** Rows of the field's own lists that no manifest of a Pod shows. */
const NOT_JUDGED: readonly { readonly what: string; readonly gvisor: string; readonly kata: string; readonly source: string }[] = [
  {
    what: '`kubectl port-forward`',
    gvisor: 'fails on containerd; use a Service. `exec`, `cp`, `logs` and probes work',
    kata: 'works',
    source: 'google/gvisor#3811, containerd#6638',
  },
  { what: '`kubectl debug`, ephemeral containers', gvisor: 'run in the same sandbox', kata: 'run in the same virtual machine', source: 'google/gvisor g3doc/user_guide/compatibility.md' },
  { what: 'io_uring', gvisor: 'off', kata: 'works', source: 'google/gvisor runsc/config/flags.go' },
  {
    what: 'memory metrics of single containers, cgroup limits inside the Pod',
    gvisor: 'only the Pod as a whole is measured and limited',
    kata: 'limits of processes, devices and block I/O are dropped',
    source: 'GKE Sandbox, kata-containers src/runtime/virtcontainers/kata_agent.go',
  },
  {
    what: 'inotify on an `emptyDir` of several containers',
    gvisor: 'needs `dev.gvisor.spec.mount.<volume>.share` and `.type`',
    kata: 'works in the guest',
    source: 'google/gvisor g3doc/user_guide/containerd/configuration.md',
  },
  { what: 'Cilium in the place of kube-proxy', gvisor: 'needs `socketLB.hostNamespaceOnly=true`', kata: 'not known', source: 'cilium/cilium#25322' },
  { what: 'checkpoint and restore', gvisor: 'by gVisor itself', kata: 'not supported', source: 'gvisor.dev, kata-containers docs/Limitations.md' },
  { what: 'RuntimeDefault of seccomp and AppArmor', gvisor: 'not applied, harmless', kata: 'not applied, harmless', source: 'google/gvisor runsc/specutils/specutils.go' },
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
