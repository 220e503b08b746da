/** A runtime of the past: what it was, and what does its work today. */
export interface RetiredRuntime {
  /** Names that handlers went by. */
  readonly handlers: readonly string[];
  readonly what: string;
  readonly successor: string;
}

const KATA = 'KataRuntime, whose handlers are kata-<shim>';
const CONTAINERD = 'containerd\'s own CRI plugin, with a handler for each runtime';

/** Runtimes and shims that guides of 2016 to 2021 install. Nothing of them runs on a Kubernetes that is still supported. */
export const RETIRED_RUNTIMES: readonly RetiredRuntime[] = [
  { handlers: ['runv'], what: 'runV, which became a part of Kata Containers in 2018', successor: KATA },
  {
    handlers: ['cc-runtime', 'clear-containers'],
    what: 'Clear Containers, which became a part of Kata Containers in 2018',
    successor: KATA,
  },
  { handlers: ['kata-runtime'], what: 'Kata 1.x as an OCI runtime beside runc, which 2.0 removed', successor: KATA },
  { handlers: ['kata-stratovirt'], what: 'Kata with StratoVirt, for which Kata publishes no archive any more', successor: 'KataShim.DRAGONBALL or KataShim.QEMU_RUNTIME_RS' },
  { handlers: ['frakti'], what: 'frakti, a CRI of its own for virtual machines, which is retired', successor: `${CONTAINERD}, and ${KATA}` },
  { handlers: ['cri-containerd'], what: 'cri-containerd, which became a part of containerd in 2018', successor: CONTAINERD },
  { handlers: ['dockershim'], what: 'dockershim, which Kubernetes 1.24 removed', successor: CONTAINERD },
];

/** The retired runtime that a handler names, if it names one. */
export function retiredRuntime(handler: string): RetiredRuntime | undefined {
  return RETIRED_RUNTIMES.find(({ handlers }) => handlers.includes(handler.toLowerCase()));
}
