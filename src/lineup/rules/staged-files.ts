import type { HostFilePlan, InstallPlan } from '../../installer/install-plan';
import { sha256 } from '../../installer/plan-hash';
import { TABLE_VERSIONS, type Installer } from '../installer';
import { textAt } from '../manifest';
import type { Rule } from '../rule';
import { parseToml } from '../runtime-table';

/** Configuration file -> staged files: every file that the plan names is in the ConfigMap, byte for byte, and points into the release. */
export const stagedFiles: Rule = {
  id: 'staged-files',
  *check({ installers, runtimes }) {
    for (const installer of installers) {
      if (installer.plan) {
        for (const message of problems(installer, installer.plan)) {
          yield { object: installer.daemonSet, message };
        }
      }
    }
    for (const { installer, runtime: { config, artifact, handler } } of runtimes) {
      const text = installer.bundle.get(`files/${config.key}`);
      if (text === undefined) {
        continue;
      }
      const parsed = parseToml(text);
      const program = textAt(parsed, 'binary_name');
      const inside = program?.startsWith(`${artifact.directory}/`) ? program.slice(artifact.directory.length + 1) : undefined;
      if (typeof parsed === 'string') {
        yield { object: installer.daemonSet, message: `the configuration file ${config.key} of "${handler}" ${parsed}` };
      } else if (program !== undefined && (inside === undefined || !artifact.required.includes(inside))) {
        yield {
          object: installer.daemonSet,
          message: `binary_name in ${config.key} is "${program}", which is not among the files that the release brings: ${artifact.required.join(', ')} in ${artifact.directory}`,
        };
      }
    }
  },
};

function* problems({ bundle }: Installer, plan: InstallPlan): Generator<string> {
  for (const { tables } of plan.runtimes) {
    for (const version of TABLE_VERSIONS) {
      if (!bundle.has(`files/${tables[version]}`)) {
        yield absent(`${version} table`, tables[version], bundle);
      }
    }
  }
  for (const { path, key, sha256: expected } of hostFiles(plan)) {
    const text = bundle.get(`files/${key}`);
    if (text === undefined) {
      yield absent(`content of ${path}`, key, bundle);
    } else if (sha256(text) !== expected) {
      yield `the file ${key} for ${path} has the SHA-256 ${sha256(text)}, but the plan says ${expected}; the agent would refuse it, so synthesize both again`;
    }
  }
}

function* hostFiles(plan: InstallPlan): Generator<HostFilePlan> {
  yield* plan.runtimes.map(({ config }) => config);
  if (plan.kubelet) {
    yield plan.kubelet.file;
  }
  if (plan.crictl) {
    yield plan.crictl;
  }
}

function absent(what: string, key: string, bundle: ReadonlyMap<string, string>): string {
  const keys = [...bundle.keys()].filter((name) => name.startsWith('files/')).map((name) => name.slice('files/'.length));
  return `the plan's ${what} is the key "${key}", which the files ConfigMap does not bring; it brings ${keys.join(', ') || 'none'}`;
}
