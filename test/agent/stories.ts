import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crashingFs, FaultyFs } from './crashing-fs';
import { hostTree } from './host-tree';
import { ArchiveServer, Attempt, bundleOf, Installation } from './installation';
import { Host } from '../../agent/host/host';

/** Serves the archives of the stories. */
export const storyServer = new ArchiveServer();

const MAIN_3 = 'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\n  default_runtime_name = "runc"\n';
const MAIN_2 = 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "pause:3.10"\n';
const KUBELET = { kind: 'config-dir', path: '/etc/kubernetes/kubelet.conf.d/90.conf', content: '# Written by us\nkind: KubeletConfiguration\n' } as const;
const CRICTL = '# Written by us\nruntime-endpoint: unix:///run/containerd/containerd.sock\n';

/** A story ends with the run that may die; the runs before it are undisturbed. */
export interface Story {
  readonly main: string | undefined;
  readonly version: string;
  readonly fail?: (what: string) => void;
  before(node: Installation): Promise<unknown>;
  last(): { [name: string]: string };
}

const whole = () => bundleOf(storyServer, { runtimes: [{}, { handler: 'runsc-debug', options: 'debug' }], kubelet: KUBELET, crictl: CRICTL });
const CLH = { handler: 'kata-clh', kata: 'clh' } as const;
const QEMU = { handler: 'kata-qemu', kata: 'qemu' } as const;

export const STORIES: { readonly [name: string]: Story } = {
  'a first installation on containerd 2.2': { main: MAIN_3, version: '2.2.9', before: async () => undefined, last: whole },
  'a first installation on containerd 1.7': { main: MAIN_2, version: '1.7.35', before: async () => undefined, last: () => bundleOf(storyServer) },
  'a first installation without a main file': { main: undefined, version: '2.3.7', before: async () => undefined, last: () => bundleOf(storyServer) },
  'an upgrade with running Pods': {
    main: MAIN_3,
    version: '2.2.9',
    async before(node) {
      await node.run(bundleOf(storyServer, { runtimes: [{ release: '20260928.0' }] }));
      node.runPod('pod', '/opt/sandbox-runtimes/gvisor/20260928.0/containerd-shim-runsc-v1');
    },
    last: () => bundleOf(storyServer),
  },
  'an upgrade without running Pods': {
    main: MAIN_2,
    version: '1.7.35',
    before: (node) => node.run(bundleOf(storyServer, { runtimes: [{ release: '20260928.0' }] }), { version: '1.7.35' }),
    last: () => bundleOf(storyServer),
  },
  'a first installation of two handlers of Kata from one archive': {
    main: MAIN_3, version: '2.2.9', before: async () => undefined, last: () => bundleOf(storyServer, { runtimes: [CLH, QEMU] }),
  },
  'an upgrade of Kata that leaves one handler out': {
    main: MAIN_2,
    version: '1.7.35',
    before: (node) => node.run(bundleOf(storyServer, { runtimes: [CLH, QEMU] }), { version: '1.7.35' }),
    last: () => bundleOf(storyServer, { runtimes: [{ ...QEMU, release: '4.3.0' }] }),
  },
  'a handler of Kata that cannot be proven beside one of gVisor': {
    main: MAIN_3,
    version: '2.2.9',
    before: (node) => node.run(bundleOf(storyServer)),
    last: () => bundleOf(storyServer, { runtimes: [{}, CLH] }),
    fail(what) {
      if (what === 'prove kata-clh') throw new Error('the sandbox did not start');
    },
  },
  'an upgrade that leaves a handler out on which Pods run': {
    main: MAIN_3,
    version: '2.2.9',
    async before(node) {
      await node.run(bundleOf(storyServer, { runtimes: [{ release: '20260928.0' }, { handler: 'runsc-debug', release: '20260928.0', options: 'debug' }] }));
      node.daemons.pods = [{ handler: 'runsc-debug', namespace: 'team', name: 'web' }];
    },
    last: () => bundleOf(storyServer),
  },
  'settings of a kubelet that runs in the service of containerd': {
    main: MAIN_3,
    version: '2.2.9',
    before: (node) => node.run(bundleOf(storyServer)),
    last: () => bundleOf(storyServer, { kubelet: { ...KUBELET, kind: 'embedded' } }),
  },
  'taking back': {
    main: MAIN_3,
    version: '2.2.9',
    before: (node) => node.run(whole()),
    last: () => bundleOf(storyServer, { desiredState: 'ABSENT' }),
  },
  'a handler that cannot be proven': {
    main: MAIN_3,
    version: '2.2.9',
    before: (node) => node.run(bundleOf(storyServer, { runtimes: [{ release: '20260928.0' }] })),
    last: () => bundleOf(storyServer),
    fail(what) {
      if (what === 'prove runsc') throw new Error('the sandbox did not start');
    },
  },
};

/** A host in an empty folder, up to the last run of the story. */
export async function begin({ main, before }: Story, folder: string): Promise<Installation> {
  const node = new Installation(folder);
  if (main) node.put('/etc/containerd/config.toml', main);
  node.put('/etc/crictl.yaml', '');
  await before(node);
  return node;
}

/** A story up to its last run, which can be told again and again: each time on a copy of the host. */
export class Beginning {
  static async of(story: Story, folder: string): Promise<Beginning> {
    return new Beginning(folder, await begin(story, mkdtempSync(join(folder, 'begin-'))));
  }

  private constructor(private readonly folder: string, readonly node: Installation) {}

  /** Gives `use` a copy, which is gone afterwards. */
  async copied<T>(use: (node: Installation) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(this.folder, 'copy-'));
    try {
      const node = new Installation(folder);
      cpSync(this.node.root, node.root, { recursive: true, verbatimSymlinks: true });
      Object.assign(node.daemons, structuredClone(this.node.daemons));
      return await use(node);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** The last run; one that ends with an exception ends with an exit code other than 0. */
export async function lastRun(node: Installation, { version, last, fail }: Story, faulty: FaultyFs = crashingFs()): Promise<Attempt> {
  return node.run(last(), { version, fail, host: new Host(node.root, faulty.fs) }).catch(() => ({ code: 1, verdict: undefined }));
}

/** What has to be the same whether or not a run died in between. How often it was tried may differ. */
export function outcome(node: Installation) {
  const { '/var/lib/sandbox-runtimes/attempts.json': _, ...tree } = hostTree(node.root);
  return { tree, served: node.daemons.served };
}

/** The files that daemons read. crictl's is not among them: it is a mount and can only be written in place. */
export const configFiles = (node: Installation) => Object.entries(hostTree(node.root)).filter(([path]) => /^\/etc\/.*\.(toml|conf)$/.test(path));
