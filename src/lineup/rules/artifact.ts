import { isDeepStrictEqual } from 'node:util';
import { releaseDirectory } from '../../installer/host-layout';
import type { InstallPlan, RuntimePlan } from '../../installer/install-plan';
import type { Rule } from '../rule';

/** What download locations call the architectures. */
const ARCHITECTURES = /\b(amd64|x86_64|arm64|aarch64|ppc64le|s390x)\b/g;

/** Shim -> release: the archives that are downloaded are of the release, and unpacked to the release's own folder. */
export const artifact: Rule = {
  id: 'artifact',
  *check({ runtimes }) {
    for (const { installer, plan, runtime } of runtimes) {
      for (const message of [...problems(runtime), ...sharedFolder(plan, runtime)]) {
        yield { object: installer.daemonSet, message };
      }
    }
  },
};

/** Handlers may share a folder, but only with one release in it. */
function* sharedFolder({ runtimes }: InstallPlan, runtime: RuntimePlan): Generator<string> {
  const { directory } = runtime.artifact;
  const [first] = runtimes.filter((other) => other.artifact.directory === directory);
  if (first.handler !== runtime.handler && !isDeepStrictEqual(first.artifact, runtime.artifact)) {
    yield `"${first.handler}" and "${runtime.handler}" unpack different archives to "${directory}"; give both the same release`;
  }
}

function* problems({ handler, runtime, release, artifact: { directory, archives, required, version } }: RuntimePlan): Generator<string> {
  const expected = releaseDirectory(runtime, release);
  if (directory !== expected) {
    yield `the release of "${handler}" is unpacked to "${directory}"; the folder of ${runtime} ${release} is "${expected}"`;
  }
  const [program] = version.command;
  if (!required.includes(program)) {
    yield `the version command of "${handler}" is "${program}", which is not among the files that the release brings: ${required.join(', ')}`;
  }
  if (!version.output.includes(release)) {
    yield `the version command of "${handler}" is to print "${version.output}", which does not name the release ${release}`;
  }
  const urls = Object.values(archives).map(({ url }) => url);
  for (const url of urls) {
    if (!url.split('/').some((part) => part.includes(release))) {
      yield `the archive of "${handler}" is "${url}", which does not name the release ${release}`;
    }
  }
  const [first, ...others] = urls.map((url) => url.replace(ARCHITECTURES, '<architecture>'));
  if (others.some((other) => other !== first)) {
    yield `the archives of "${handler}" lie in different places: ${urls.join(' and ')}; only the architecture may differ`;
  }
}
