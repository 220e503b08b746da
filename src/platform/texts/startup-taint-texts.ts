import { ARCH_LABEL } from '../arch-label';
import { OS_LABEL } from '../os-label';
import type { NodeText, PoolFacts } from './node-text';

const EFFECT = 'NoSchedule';
/** What Cluster Autoscaler knows by itself for a passing taint. */
const KNOWN_PREFIX = 'startup-taint.cluster-autoscaler.kubernetes.io/';
/** Labels that every node gets by itself, as it gets those of Karpenter from Karpenter. */
const OWN = [OS_LABEL, ARCH_LABEL, 'kubernetes.io/hostname'];

/** What an autoscaler has to know of a pool whose nodes are born with a startup taint. */
export function startupTaintTexts(pool: PoolFacts): NodeText[] {
  const { startupTaint, nodeSelector } = pool;
  if (startupTaint === undefined) return [];
  const labels = Object.entries(nodeSelector).filter(([key]) => !OWN.includes(key) && !key.startsWith('karpenter.sh/')).sort(([one], [other]) => (one < other ? -1 : 1));
  const taints = pool.taints.filter(({ key }) => key !== undefined && key !== startupTaint);
  return [
    {
      fileName: 'karpenter-node-pool.yaml',
      description: 'part of the NodePool of Karpenter: its nodes are born with the startup taint, which Karpenter does not hold against a Pod that waits',
      text: karpenter(labels, taints, startupTaint),
    },
    {
      fileName: 'cluster-autoscaler.yaml',
      description: 'for a pool of Cluster Autoscaler: tags of the (AWS) group tell it what a node will have while there is none; the kubelet gives a node the taint at its birth',
      text: clusterAutoscaler(labels, taints, startupTaint),
    },
  ];
}

type Labels = readonly (readonly [string, string])[];

function karpenter(labels: Labels, taints: PoolFacts['taints'], startupTaint: string): string {
  return [
    'apiVersion: karpenter.sh/v1',
    'kind: NodePool',
    'spec:',
    '  template:',
    ...(labels.length ? ['    metadata:', '      labels:', ...labels.map(([key, value]) => `        ${key}: ${JSON.stringify(value)}`)] : []),
    '    spec:',
    '      startupTaints:',
    `        - key: ${startupTaint}`,
    `          effect: ${EFFECT}`,
    ...(taints.length ? ['      taints:', ...taints.flatMap(({ key, value, effect }) => [
      `        - key: ${key}`, ...(value === undefined ? [] : [`          value: ${JSON.stringify(value)}`]), `          effect: ${effect ?? EFFECT}`,
    ])] : []),
    '',
  ].join('\n');
}

function clusterAutoscaler(labels: Labels, taints: PoolFacts['taints'], startupTaint: string): string {
  const template = 'k8s.io/cluster-autoscaler/node-template';
  const tags = [
    ...labels.map(([key, value]) => `  ${template}/label/${key}: ${JSON.stringify(value)}`),
    ...taints.map(({ key, value = '', effect = EFFECT }) => `  ${template}/taint/${key}: ${JSON.stringify(`${value}:${effect}`)}`),
  ];
  return [
    'autoScalingGroupTags:' + (tags.length ? '' : ' {}'),
    ...tags,
    'kubeletExtraArgs:',
    ...(labels.length ? [`  node-labels: ${JSON.stringify(labels.map(([key, value]) => `${key}=${value}`).join(','))}`] : []),
    `  register-with-taints: ${JSON.stringify([startupTaint, ...taints.map(({ key, value, effect = EFFECT }) => `${key}=${value ?? ''}:${effect}`)]
      .map((taint, index) => (index === 0 ? `${taint}=:${EFFECT}` : taint)).join(','))}`,
    ...(startupTaint.startsWith(KNOWN_PREFIX) ? [] : ['clusterAutoscalerArgs:', `  startup-taint: ${startupTaint}`]),
    '',
  ].join('\n');
}
