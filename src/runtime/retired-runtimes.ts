/** A runtime of the past: what it was, and what does its work today. */
export interface RetiredRuntime {
  /** Names that handlers went by. */
  readonly handlers: readonly string[];
  readonly what: string;
  readonly successor: string;
  /** Who says that it is retired. */
  readonly source: string;
}

const KATA = 'KataRuntime, whose handlers are kata-<shim>';
const CONTAINERD = 'containerd\'s own CRI plugin, with a handler for each runtime';
const KATA_BEGINS = 'https://www.phoronix.com/scan.php?page=news_item&px=Kata-Containers';

/** Runtimes and shims that guides of 2016 to 2021 install. Nothing of them runs on a Kubernetes that is still supported. */
export const RETIRED_RUNTIMES: readonly RetiredRuntime[] = [
  { handlers: ['runv'], what: 'runV, of which and Clear Containers Kata Containers was made in 2017', successor: KATA, source: KATA_BEGINS },
  {
    handlers: ['cc-runtime', 'clear-containers'],
    what: 'Clear Containers, of which and runV Kata Containers was made in 2017',
    successor: KATA,
    source: KATA_BEGINS,
  },
  {
    handlers: ['kata-runtime'],
    what: 'Kata 1.x as an OCI runtime beside runc, whose commands 2.0 dropped',
    successor: KATA,
    source: 'https://github.com/kata-containers/kata-containers/issues/1133',
  },
  {
    handlers: ['kata-stratovirt'],
    what: 'Kata with StratoVirt, which Kata neither tests nor ships since the end of 2025',
    successor: 'KataShim.DRAGONBALL or KataShim.QEMU_RUNTIME_RS',
    source: 'https://github.com/kata-containers/kata-containers/pull/12006',
  },
  {
    handlers: ['frakti'],
    what: 'frakti, a CRI of its own for virtual machines, which was archived in 2021',
    successor: `${CONTAINERD}, and ${KATA}`,
    source: 'https://github.com/kubernetes-retired/frakti',
  },
  {
    handlers: ['cri-containerd'],
    what: 'cri-containerd, a daemon that ended when containerd 1.1 got a CRI plugin in 2018',
    successor: CONTAINERD,
    source: 'https://github.com/containerd/containerd/releases/tag/v1.1.0',
  },
  {
    handlers: ['dockershim'],
    what: 'dockershim, which Kubernetes 1.24 removed',
    successor: `${CONTAINERD}, or cri-dockerd on nodes with NodePlatform.DOCKER`,
    source: 'https://github.com/kubernetes/kubernetes/pull/106907',
  },
];

/** The retired runtime that a handler names, if it names one. */
export function retiredRuntime(handler: string): RetiredRuntime | undefined {
  return RETIRED_RUNTIMES.find(({ handlers }) => handlers.includes(handler.toLowerCase()));
}
