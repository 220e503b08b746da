import { build, pinnedVersion } from './go-program';

export type KubernetesProgram = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet' | 'kubectl';

/** A program of the pinned Kubernetes release, which says so in its `--version`. */
export function kubernetes(name: KubernetesProgram): Promise<string> {
  const version = pinnedVersion('k8s136', 'k8s.io/kubernetes');
  const [major, minor] = version.slice(1).split('.');
  const variable = 'k8s.io/component-base/version.git';
  return build({
    module: 'k8s136',
    main: `k8s.io/kubernetes/cmd/${name}`,
    name,
    variables: { [`${variable}Version`]: version, [`${variable}Major`]: major, [`${variable}Minor`]: minor },
  });
}
