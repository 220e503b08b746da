/** kubeadm's main configuration file, which its kubelet is started with. */
export const KUBEADM_CONFIG_FILE = '/var/lib/kubelet/config.yaml';

/**
 * The variable of kubeadm's unit in which our flags stand: its own drop-in, `10-kubeadm.conf`, sets it by
 * `Environment=`, so a later drop-in may replace it. `KUBELET_EXTRA_ARGS` would not do: it comes from an environment
 * file (`/etc/default/kubelet`, `/etc/sysconfig/kubelet`), and these beat every `Environment=`.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 * @see https://github.com/kubernetes/release/blob/master/cmd/krel/templates/latest/kubeadm/10-kubeadm.conf
 */
export const KUBEADM_CONFIG_VARIABLE = 'KUBELET_CONFIG_ARGS';
