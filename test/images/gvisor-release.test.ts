import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GVisorArtifacts, GVisorRelease } from '../../src';
import type { ImageArtifactPlan } from '../../src/installer/install-plan';
import { INSTALLER_IMAGE } from '../../src/installer/installer-image';
import { GVISOR_RELEASES_URL } from '../../src/runtime/gvisor-archives';

const text = readFileSync(join(__dirname, '../../images/gvisor-release/Dockerfile'), 'utf8');
const defaults = Object.fromEntries([...text.matchAll(/^ARG (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
const releases = Object.values(GVisorRelease).filter((value) => value instanceof GVisorRelease);
const newest = releases.sort((one, other) => (one.version < other.version ? 1 : -1))[0];

test('is built from the newest release that the library knows, with its checksums, in the installer\'s own image', () => {
  const { archives } = newest._artifact();
  expect(defaults).toEqual({
    BASE: INSTALLER_IMAGE,
    FETCHED_ON: '${BUILDPLATFORM}',
    RELEASE: newest.version,
    AMD64_SHA512: archives.amd64.checksum.hex,
    ARM64_SHA512: archives.arm64.checksum.hex,
    MIRROR: GVISOR_RELEASES_URL,
  });
});

test('has the archive where the plan looks for it', () => {
  const { imageFolder, archives } = GVisorArtifacts.image(`registry.example/x@sha256:${'ab'.repeat(32)}`)._plan(newest) as ImageArtifactPlan;
  const path = `${imageFolder}/${archives.amd64.names[0]}`.replace(newest.version, '$RELEASE');
  expect(text).toContain(`wget -O "${path}"`);
  expect(text).toContain(`COPY --from=archive ${imageFolder} ${imageFolder}`);
});
