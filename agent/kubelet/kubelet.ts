import { POD_LAYOUT } from '../../src/installer/pod-layout';
import { CommandError, runForOutput } from '../containerd/command';
import { containerdCommand } from '../containerd/containerd-command';
import { KubeletRestart, restartKubelet } from '../restart/kubelet-restart';
import { SystemdManager } from '../systemd/systemd-manager';

/** How systemd starts a kubelet. */
export interface KubeletUnit {
  /** `loaded`; `not-found` where there is no such unit. */
  readonly loadState: string;
  /** With argv[0], and with variables as the unit has them. */
  readonly command: readonly string[];
  /** `NAME=value`, without what stands in environment files. */
  readonly environment: readonly string[];
}

/** What the steps ask of a node's kubelet. */
export interface Kubelet {
  unit(name: string): Promise<KubeletUnit>;
  /**
   * What the kubelet's own program says against arguments; undefined where it has nothing against them. It reads them
   * and ends: nothing is started.
   *
   * @throws where the program cannot be run here
   */
  complaint(unit: KubeletUnit, args: readonly string[]): Promise<string | undefined>;
  restart(kubelet: KubeletRestart): Promise<void>;
}

const UNKNOWN_UNIT = { loadState: 'not-found', command: [], environment: [] };

/** The kubelet of a node whose PID 1 is systemd. */
export class SystemdKubelet implements Kubelet {
  async unit(name: string): Promise<KubeletUnit> {
    const systemd = await SystemdManager.connect();
    try {
      const loadState = await systemd.loadState(name);
      if (loadState !== 'loaded') return { ...UNKNOWN_UNIT, loadState };
      const commands = await systemd.execStart(name);
      return { loadState, command: commands.at(-1)?.argv ?? [], environment: await systemd.environment(name) };
    } finally {
      systemd.close();
    }
  }

  async complaint({ command: running }: KubeletUnit, args: readonly string[]): Promise<string | undefined> {
    const { command } = containerdCommand(POD_LAYOUT.hostUsr, running.length ? running : undefined, ['/usr/bin/kubelet', '/usr/local/bin/kubelet'], 'kubelet');
    try {
      await runForOutput([...command, ...args, '--version']);
      return undefined;
    } catch (error) {
      const complaint = error instanceof CommandError ? complaintAboutFlags(error.message) : undefined;
      if (complaint === undefined) throw error;
      return complaint;
    }
  }

  async restart(kubelet: KubeletRestart): Promise<void> {
    await restartKubelet(kubelet);
  }
}

/** What a kubelet says of arguments that it cannot read, in its log's form. */
export function complaintAboutFlags(output: string): string | undefined {
  return /failed to parse kubelet flag: ((?:[^"\\]|\\.)*)/.exec(output)?.[1].replaceAll('\\"', '"');
}
