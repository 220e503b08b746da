import { GVISOR_RELEASES_URL } from '../../runtime/gvisor-archives';
import { GVisorRelease } from '../../runtime/gvisor-release';
import type { Rule } from '../rule';
import { sameData } from '../same-data';

/** Releases that the library knows, by version. */
const KNOWN = new Map(Object.values(GVisorRelease).filter((value) => value instanceof GVisorRelease).map((release) => [release.version, release]));

/** Release -> archive: where the plan names a release that the library knows, it says of its archive what is known. */
export const release: Rule = {
  id: 'release',
  *check({ runtimes }) {
    for (const { installer: { daemonSet: object }, runtime: { runtime, release: version, artifact } } of runtimes) {
      const known = runtime === 'gvisor' ? KNOWN.get(version)?._artifact() : undefined;
      if (!known) {
        continue;
      }
      const strange = artifact.required.filter((file) => !known.required.includes(file));
      if (strange.length) {
        yield { object, message: `the archive of gVisor ${version} has no ${strange.join(', ')}; it has ${known.required.join(', ')}` };
      }
      if (!sameData(artifact.version, known.version)) {
        yield {
          object,
          message: `the plan takes ${JSON.stringify(artifact.version)} for the proof that gVisor ${version} runs; it is ${JSON.stringify(known.version)}`,
        };
      }
      for (const [arch, archive] of Object.entries(artifact.kind === undefined ? artifact.archives : {})) {
        const path = known.archives[arch]?.url.slice(GVISOR_RELEASES_URL.length);
        if (path === undefined || !archive.url.endsWith(path)) {
          yield {
            object,
            message: `the archive of gVisor ${version} for ${arch} is "${archive.url}"; ${path === undefined
              ? `the release exists for ${Object.keys(known.archives).join(' and ')}`
              : `its path below ${GVISOR_RELEASES_URL} or a mirror is "${path}"`}`,
          };
        }
      }
    }
  },
};
