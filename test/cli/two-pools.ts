import { App, Chart } from 'cdk8s';
import { GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, NodeInstaller } from '../../src';
import type { Manifests } from '../lineup/fixture';

const LIMITS = { resources: { limits: { cpu: '1', memory: '512Mi' } } };

/** Twenty workloads as teams write them, by namespace, kind and class. */
const WORKLOADS = [
  ['shop', 'Deployment', 'gvisor', ['cart', 'checkout', 'catalog', 'search', 'images', 'mail']],
  ['shop', 'CronJob', 'gvisor', ['reindex']],
  ['plugins', 'Deployment', 'gvisor', ['runner-a', 'runner-b', 'runner-c', 'runner-d']],
  ['builds', 'Job', 'kata', ['build-4711', 'build-4712', 'build-4713']],
  ['tenants', 'StatefulSet', 'kata', ['tenant-north', 'tenant-south', 'tenant-west']],
  ['notebooks', 'Pod', 'kata-fast', ['anna', 'ben', 'carla']],
] as const;

/** A cluster with two pools, three runtimes and twenty workloads, as one app synthesizes it. */
export function twoPools(): Manifests {
  const app = new App();
  const general = new Chart(app, 'general', { namespace: 'sandbox-system' });
  new NodeInstaller(general, 'installer', { nodeSelector: { pool: 'general' } });
  new GVisorRuntime(general, 'gvisor', { release: GVisorRelease.V20261005_0 });
  const metal = new Chart(app, 'metal', { namespace: 'sandbox-system' });
  new NodeInstaller(metal, 'installer', { nodeSelector: { pool: 'metal' } });
  new KataRuntime(metal, 'kata', { release: KataRelease.V4_2_0, runtimeClassName: 'kata' });
  new KataRuntime(metal, 'kata-fast', { release: KataRelease.V4_2_0, shim: KataShim.CLH_RUNTIME_RS, runtimeClassName: 'kata-fast' });
  const platform = [general, metal].flatMap((chart) => chart.toJson());
  const workloads = WORKLOADS.flatMap(([namespace, kind, runtimeClassName, names]) => (
    names.map((name) => workload(namespace, kind, runtimeClassName, name))
  ));
  return [...platform, ...workloads];
}

function workload(namespace: string, kind: typeof WORKLOADS[number][1], runtimeClassName: string, name: string): object {
  const pod = { runtimeClassName, automountServiceAccountToken: false, containers: [{ name: 'main', image: 'example.org/app:1.0', ...LIMITS }] };
  const template = { metadata: { labels: { app: name } }, spec: pod };
  const body = {
    Pod: { apiVersion: 'v1', spec: pod },
    Deployment: { apiVersion: 'apps/v1', spec: { selector: { matchLabels: { app: name } }, template } },
    StatefulSet: { apiVersion: 'apps/v1', spec: { selector: { matchLabels: { app: name } }, serviceName: name, template } },
    Job: { apiVersion: 'batch/v1', spec: { template: { ...template, spec: { ...pod, restartPolicy: 'Never' } } } },
    CronJob: { apiVersion: 'batch/v1', spec: { schedule: '@daily', jobTemplate: { spec: { template: { ...template, spec: { ...pod, restartPolicy: 'Never' } } } } } },
  }[kind];
  return { ...body, kind, metadata: { name, namespace } };
}
