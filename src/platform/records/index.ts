import { K0S } from './k0s';
import { K3S, K3S_AGENT, RKE2, RKE2_AGENT } from './k3s';
import { MICROK8S } from './microk8s';
import type { PlatformRecord } from './platform-record';
import { EKS_AL2023, FLATCAR, KIND, MINIKUBE } from './usual-containerd';
import { AKS, BOTTLEROCKET, GKE, OPENSHIFT, TALOS, WINDOWS } from './without-installer';

/** Every kind of node that is described by a record alone. */
export const PLATFORM_RECORDS: readonly PlatformRecord[] = [
  K3S, K3S_AGENT, RKE2, RKE2_AGENT, K0S, MICROK8S, EKS_AL2023, KIND, MINIKUBE, FLATCAR, TALOS, GKE, AKS, BOTTLEROCKET, OPENSHIFT, WINDOWS,
];
