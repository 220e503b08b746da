/** What kata-deploy's chart renders for some shims, by what matters of it: its own words and places. */
export function kataDeploy(environment: Record<string, string> = { SHIMS_X86_64: 'clh qemu qemu-runtime-rs', MULTI_INSTALL_SUFFIX: '', DEBUG: 'false' }): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kata-deploy', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { name: 'kata-deploy' } },
      template: {
        metadata: { labels: { name: 'kata-deploy' } },
        spec: {
          containers: [{
            name: 'kube-kata',
            image: 'quay.io/kata-containers/kata-deploy:4.2.0',
            command: ['/usr/bin/kata-deploy', 'install'],
            env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }, ...Object.entries(environment).map(([name, value]) => ({ name, value }))],
          }],
        },
      },
    },
  };
}
