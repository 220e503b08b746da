import { HOST_LAYOUT } from '../../installer/host-layout';
import type { HostFilePlan, InstallPlan, RuntimePlan } from '../../installer/install-plan';
import { sha256 } from '../../installer/plan-hash';
import { tableFormats, type Installer } from '../installer';
import { recordAt, textAt } from '../manifest';
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
    for (const { installer, runtime } of runtimes) {
      const { config, artifact, handler } = runtime;
      const text = installer.bundle.get(`files/${config.key}`);
      if (text === undefined) {
        continue;
      }
      const parsed = parseToml(text);
      for (const message of typeof parsed === 'string' ? [] : strangePrograms(installer, runtime, parsed)) {
        yield { object: installer.daemonSet, message };
      }
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
    for (const format of tableFormats(plan)) {
      if (!bundle.has(`files/${tables[format]}`)) {
        yield absent(`${format} table`, tables[format] ?? '', bundle);
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

/** Programs of our own folder that a configuration names and that are not written, or the other way round. */
function* strangePrograms({ bundle }: Installer, runtime: RuntimePlan, parsed: { readonly [key: string]: unknown }): Generator<string> {
  const { handler, config, programs = [] } = runtime;
  const written = programs.map(({ path }) => path);
  const named = Object.values(recordAt(parsed, 'hypervisor')).map((section) => textAt(section, 'path')).filter((path) => path?.startsWith(`${HOST_LAYOUT.opt}/`));
  for (const path of named.filter((name) => !written.includes(name!))) {
    yield `${config.key} names the program "${path}", which the installer does not write; it writes ${written.join(', ') || 'none'}`;
  }
  for (const { path, key } of programs) {
    if (!named.includes(path)) {
      yield `the installer writes the program "${path}" for "${handler}", which ${config.key} does not name`;
    }
    if (bundle.get(`files/${key}`)?.startsWith('#!/') === false) {
      yield `the program ${key} of "${handler}" does not begin with "#!/", so the kernel would not start it`;
    }
  }
}

function* hostFiles(plan: InstallPlan): Generator<HostFilePlan> {
  yield* plan.runtimes.flatMap(({ config, sharedConfig, programs = [] }) => [config, ...sharedConfig ? [sharedConfig] : [], ...programs]);
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
