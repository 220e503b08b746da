import type { RuntimePlan } from '../../installer/install-plan';
import type { Installer } from '../installer';
import { listAt, recordAt } from '../manifest';
import type { Rule } from '../rule';
import { parseToml, type RuntimeTable } from '../runtime-table';

/** Runtime table -> daemon.json: each runtime is registered in the way in which it starts, and the default runtime is one of these. */
export const dockerRuntime: Rule = {
  id: 'docker-runtime',
  *check({ installers, runtimes }) {
    for (const { daemonSet: object, plan } of installers) {
      if (plan?.platform.kind !== 'docker') {
        continue;
      }
      const { defaultRuntime } = plan.platform;
      const handlers = plan.runtimes.map(({ handler }) => handler);
      if (defaultRuntime !== undefined && !handlers.includes(defaultRuntime)) {
        yield {
          object,
          message: `"${defaultRuntime}" is to be Docker's default-runtime, and the plan installs only ${handlers.join(', ') || 'none'}; write one of these, or leave it out`,
        };
      }
      yield {
        object,
        severity: 'warning',
        message: 'on Docker each container of a Pod has a sandbox of its own, and RuntimeClasses need cri-dockerd 0.4 or newer; for sandboxed Pods use nodes with containerd',
      };
    }
    for (const { installer, plan: { platform }, runtime, tables: { docker } } of runtimes) {
      if (platform.kind === 'docker' && typeof docker === 'object') {
        for (const message of entryProblems(runtime, docker, installer)) {
          yield { object: installer.daemonSet, message: `${runtime.tables.docker} ${message}` };
        }
      }
    }
  },
};

function* entryProblems({ runtime, config }: RuntimePlan, { shimKey, isProgram, entry }: RuntimeTable, { bundle }: Installer): Generator<string> {
  const wanted = runtime === 'gvisor' ? 'path' : 'runtimeType';
  if (shimKey !== wanted) {
    yield `registers ${runtime} by ${shimKey}, with which no container starts on Docker; write ${wanted}`;
  }
  const mixed = (isProgram ? ['runtimeType', 'options'] : ['runtimeArgs']).filter((key) => key in entry);
  if (mixed.length) {
    yield `has ${mixed.join(' and ')} beside ${shimKey}, with which Docker does not start; leave it out`;
  }
  const flags = recordAt(parseToml(bundle.get(`files/${config.key}`) ?? ''), 'runsc_config');
  const expected = Object.keys(flags).sort().map((flag) => `--${flag}=${String(flags[flag])}`);
  const args = listAt(entry, 'runtimeArgs').map(String);
  if (isProgram && args.join(' ') !== expected.join(' ')) {
    yield `starts runsc with "${args.join(' ')}", but its options are "${expected.join(' ')}" (${config.key}); write the same`;
  }
}
