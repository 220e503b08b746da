import type { Duration } from 'cdk8s';
import { absolutePath } from './absolute-path';
import { KUBEADM_CONFIG_FILE, KUBEADM_CONFIG_VARIABLE } from './kubeadm-unit';
import type { KubeletPlan } from '../installer/install-plan';
import { sha256 } from '../installer/plan-hash';

/** Our file's name: after kubeadm's `10-kubeadm.conf`, and with the only suffix that both ways of telling the kubelet read. */
const DROP_IN = '90-sandbox-runtimes.conf';

/** First line of our drop-ins, by which the node agent knows them: it must not change between versions of the library. */
const WRITTEN_BY = '# Written by cdk8s-sandbox-runtimes.';

/** Settings of the kubelet that matter to sandboxes. */
export interface KubeletSettingsProps {
  /**
   * How long the kubelet waits for the container runtime to answer, but for pulling images, logs, exec and attach. A
   * sandbox that boots a virtual machine or pulls inside the guest may need more than the kubelet's own 2 minutes.
   * At least 1 millisecond.
   */
  readonly runtimeRequestTimeout: Duration;

  /**
   * Absolute path of the folder of KubeletConfiguration drop-ins, for nodes whose kubelet is started with
   * `--config-dir`: exactly that folder, such as `/etc/kubernetes/kubelet.conf.d`. The kubelet has no such folder by
   * default, and with a folder that it does not read nothing changes. There is nothing of our own in it but
   * `90-sandbox-runtimes.conf`.
   *
   * @default - a systemd drop-in for the unit, as kubeadm's nodes need it
   */
  readonly configDir?: string;

  /**
   * Absolute path of the kubelet's main configuration file. The systemd drop-in has to repeat it, because it replaces
   * the variable that names it. Not to be set with `configDir`.
   *
   * @default '/var/lib/kubelet/config.yaml'
   */
  readonly configFile?: string;

  /**
   * The kubelet's systemd unit, which is restarted when the settings change. Pods keep running. On k3s and RKE2 it is
   * that of the container runtime, as `k3s.service`, and both are restarted once.
   *
   * @default 'kubelet.service'
   */
  readonly unit?: string;

  /**
   * Absolute paths of files that the unit takes arguments of the kubelet from, such as `/etc/default/kubelet`,
   * `/etc/sysconfig/kubelet` or `/var/lib/kubelet/kubeadm-flags.env`. Before anything is written they are looked
   * through for flags that the node's kubelet no longer has: it would not come back from a restart. They are only read,
   * and each has to be there on every node of the pool; where one is not, the installer's Pod does not start.
   *
   * @default - none: the files are not looked at
   */
  readonly environmentFiles?: string[];
}

/**
 * Kubelet settings that an installer puts on its nodes. A new handler needs none.
 *
 * With `configDir` they are a KubeletConfiguration drop-in. Without, they are a systemd drop-in for nodes that were
 * made with kubeadm's packages (deb or rpm), which keeps the arguments of `kubeadm-flags.env`, `/etc/default/kubelet`
 * and `/etc/sysconfig/kubelet`: these come later on the command line, so a flag that stands there wins.
 *
 * Neither covers a kubelet that gets `--runtime-request-timeout` on its command line (AKS): flags win over
 * KubeletConfiguration, and later flags over earlier ones. The systemd drop-in does not cover a unit that does not
 * use kubeadm's `KUBELET_CONFIG_ARGS` (there it has no effect) and replaces that variable where another drop-in has
 * changed it: use `configDir` there.
 *
 * Flags that kubelets no longer have cannot be expressed: one of them would keep the kubelet from starting. Those that
 * stand on the node from older times are found in `environmentFiles`.
 *
 * The settings are taken back with everything else by `DesiredState.ABSENT`. Leaving `kubelet` out of the NodeInstaller
 * leaves them where they are: the installer no longer mounts their folder.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/kubelet-config-file/
 * @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */
export class KubeletSettings {
  /**
   * In milliseconds.
   *
   * @internal
   */
  public readonly _runtimeRequestTimeout: number;

  private readonly kind: KubeletPlan['kind'];
  private readonly unit: string;
  private readonly folder: string;
  private readonly content: string;
  private readonly environmentFiles: readonly string[];

  /**
   * Throws where the timeout is not positive, the unit is not a systemd service, or a path is not absolute or is one
   * at which a drop-in does harm.
   */
  constructor(props: KubeletSettingsProps) {
    if (typeof props?.runtimeRequestTimeout?.toMilliseconds !== 'function') {
      throw new Error(`runtimeRequestTimeout must be a Duration of cdk8s such as Duration.minutes(15), got ${JSON.stringify(props?.runtimeRequestTimeout) ?? 'nothing'}`);
    }
    const timeout = goDuration(props.runtimeRequestTimeout);
    this._runtimeRequestTimeout = props.runtimeRequestTimeout.toMilliseconds();
    this.unit = serviceUnit(props.unit ?? 'kubelet.service');
    this.environmentFiles = [...new Set(props.environmentFiles?.map(environmentFile))].sort();
    if (props.configDir === undefined) {
      this.kind = 'systemd';
      this.folder = `/etc/systemd/system/${this.unit}.d`;
      this.content = systemdDropIn(absolutePath('configFile', props.configFile ?? KUBEADM_CONFIG_FILE), timeout);
      return;
    }
    if (props.configFile !== undefined) {
      throw new Error(`configFile "${props.configFile}" has no effect with configDir "${props.configDir}"; leave one of them out`);
    }
    this.kind = 'config-dir';
    this.folder = dropInFolder(props.configDir);
    this.content = configurationDropIn(timeout);
  }

  /**
   * What the node agent writes and restarts.
   *
   * @internal
   */
  public _plan(): KubeletPlan {
    return {
      unit: this.unit,
      kind: this.kind,
      file: { path: `${this.folder}/${DROP_IN}`, key: this.key, sha256: sha256(this.content) },
      ...(this.environmentFiles.length ? { environmentFiles: this.environmentFiles } : {}),
    };
  }

  /**
   * The drop-in by its key in the files ConfigMap.
   *
   * @internal
   */
  public _files(): { [key: string]: string } {
    return { [this.key]: this.content };
  }

  /**
   * Folders of the host that the node agent writes to for these settings.
   *
   * @internal
   */
  public _hostFolders(): string[] {
    return [this.folder];
  }

  /**
   * Files of the host that the node agent only reads for these settings.
   *
   * @internal
   */
  public _hostFiles(): string[] {
    return [...this.environmentFiles];
  }

  private get key(): string {
    return this.kind === 'systemd' ? 'kubelet.systemd.conf' : 'kubelet.config.conf';
  }
}

/** A file without apiVersion and kind would keep the kubelet from starting. */
function configurationDropIn(timeout: string): string {
  return [WRITTEN_BY, 'apiVersion: kubelet.config.k8s.io/v1beta1', 'kind: KubeletConfiguration', `runtimeRequestTimeout: ${timeout}`, ''].join('\n');
}

function systemdDropIn(configFile: string, timeout: string): string {
  const args = `--config=${configFile} --runtime-request-timeout=${timeout}`;
  // systemd takes "%" for the beginning of a specifier.
  return [WRITTEN_BY, '[Service]', `Environment="${KUBEADM_CONFIG_VARIABLE}=${args.replace(/%/g, '%%')}"`, ''].join('\n');
}

function dropInFolder(configDir: string): string {
  absolutePath('configDir', configDir);
  if (/^\/[^/]+$/.test(configDir)) {
    throw new Error(`configDir "${configDir}" holds more than the kubelet's drop-ins, and the installer would have to mount all of it;`
      + ' the usual folder is "/etc/kubernetes/kubelet.conf.d"');
  }
  if (configDir === '/etc/kubernetes/kubelet.conf') {
    throw new Error(`configDir "${configDir}" is the kubelet's kubeconfig, a file; the usual folder is "/etc/kubernetes/kubelet.conf.d"`);
  }
  if (configDir === '/etc/kubernetes/manifests') {
    throw new Error(`configDir "${configDir}" holds static Pods, and the kubelet would take the drop-in for one;`
      + ' the usual folder is "/etc/kubernetes/kubelet.conf.d"');
  }
  return configDir;
}

/** The folder of the kubelet holds the volumes and tokens of all Pods: a file that is mounted lies directly in it or elsewhere. */
const KUBELET_FOLDER = '/var/lib/kubelet';

function environmentFile(path: string): string {
  absolutePath('environmentFiles', path);
  if (`${KUBELET_FOLDER}/`.startsWith(`${path}/`)) {
    throw new Error(`environmentFiles "${path}" is a folder, with the volumes and tokens of all Pods below it; name the file itself, such as "/var/lib/kubelet/kubeadm-flags.env"`);
  }
  if (path.startsWith(`${KUBELET_FOLDER}/`) && path.includes('/', KUBELET_FOLDER.length + 1)) {
    throw new Error(`environmentFiles "${path}" lies in a folder where the kubelet keeps data of Pods or its own keys; of ${KUBELET_FOLDER} only a file`
      + ' directly in it can be read, such as "/var/lib/kubelet/kubeadm-flags.env"');
  }
  return path;
}

function serviceUnit(unit: string): string {
  if (!/^[A-Za-z0-9][\w:.@-]*\.service$/.test(unit)) {
    throw new Error(`unit must be a systemd service such as "kubelet.service", got "${unit}"`);
  }
  return unit;
}

/** A duration as Go reads it, in the largest unit without a fraction. */
function goDuration(duration: Duration): string {
  const millis = duration.toMilliseconds();
  if (millis <= 0) {
    throw new Error(`runtimeRequestTimeout must be at least 1 millisecond (the kubelet takes 0 for its default of 2 minutes), got ${millis} ms`);
  }
  if (millis % 60_000 === 0) {
    return `${millis / 60_000}m`;
  }
  return millis % 1000 === 0 ? `${millis / 1000}s` : `${millis}ms`;
}
