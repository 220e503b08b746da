/**
 * Proves from the inside that the kernel is not the host's, for a person who reads the log. It is no proof against
 * code that wants to deceive: that is the agent's part, from the outside.
 *
 * gVisor has its own banner and date; a guest of Kata has its unit on the kernel's command line, or its shared folder
 * among the mounts.
 *
 * @see https://github.com/google/gvisor/blob/master/pkg/sentry/kernel/syslog.go
 * @see https://github.com/google/gvisor/blob/master/pkg/sentry/kernel/version/version.go
 */
export function probeScript(kind: 'gvisor' | 'kata', runtimeClassName: string): string {
  const [name, evidence] = kind === 'gvisor'
    ? ['gVisor', [
      ['the kernel log begins with the banner of gVisor', "dmesg 2>/dev/null | grep -q 'Starting gVisor'"],
      ['the kernel has the date that all of gVisor have', "grep -q 'Jan 10 15:06:54 PST 2016' /proc/version"],
    ]] as const
    : ['Kata Containers', [
      ["the kernel was started for Kata's agent", "grep -q 'systemd[.]unit=kata-containers[.]target' /proc/cmdline"],
      ['the host shares its files by virtiofs', "grep -q '^kataShared ' /proc/mounts"],
    ]] as const;
  return [
    `echo "RuntimeClass ${runtimeClassName}, node $NODE_NAME"`,
    'echo "kernel: $(cat /proc/version)"',
    'found=0',
    ...evidence.map(([what, test]) => `if ${test}; then echo "yes: ${what}"; found=1; else echo "no:  ${what}"; fi`),
    `if [ $found = 1 ]; then echo "PROVEN: this container runs in ${name}"; exit 0; fi`,
    `echo "NOT PROVEN: nothing here is of ${name}; the container runs on the kernel above, which may be the node's own"`,
    'exit 1',
    '',
  ].join('\n');
}
