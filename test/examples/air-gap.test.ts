import { synthesizeExample } from './synthesize-example';
import { runCommandLine } from '../../src/cli/command-line';

test('the example air-gap needs nothing but images of one registry, those of the library by digest, and the command lists the names that are in the YAML', () => {
  const objects = synthesizeExample('air-gap');
  const { output } = runCommandLine(['images', '--format', 'json', '-'], { standardInput: () => JSON.stringify(objects), colors: false });
  const { images, artifacts } = JSON.parse(output);
  expect(artifacts).toEqual([]);
  expect(images.map(({ image, digest }: any) => image.replace(digest, '<digest>'))).toEqual([
    'registry.example:5000/mirror/gvisor-release:20261005.0@<digest>',
    'registry.example:5000/mirror/kata-containers/kata-deploy:4.2.0@<digest>',
    'registry.example:5000/mirror/library/busybox:1.37.0@<digest>',
    'registry.example:5000/mirror/library/node:24.19.0-alpine@<digest>',
    // Of the app itself.
    'registry.example:5000/mirror/nginxinc/nginx-unprivileged:1.29',
  ]);
  const text = JSON.stringify(objects.filter(({ kind }) => kind !== 'ConfigMap'));
  for (const { image } of images) expect(text).toContain(image);
  expect(text).not.toMatch(/docker\.io|quay\.io|https?:/);
});
