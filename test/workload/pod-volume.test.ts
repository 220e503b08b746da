import { PodVolume } from '../../src';

test.each([
  ['configMap', () => PodVolume.configMap('d', ''), 'the ConfigMap of the volume "d" must be a DNS subdomain (lower-case letters, digits, "-" and "."), got ""'],
  ['configMap', () => PodVolume.configMap('d', 'My_Config'), 'the ConfigMap of the volume "d" must be a DNS subdomain (lower-case letters, digits, "-" and "."), got "My_Config"; write "my-config"'],
  ['secret', () => PodVolume.secret('d', ''), 'the Secret of the volume "d" must be'],
  ['secret', () => PodVolume.secret('d', undefined as any), 'the Secret of the volume "d" must be a DNS subdomain (lower-case letters, digits, "-" and "."), got undefined'],
  ['persistentVolumeClaim', () => PodVolume.persistentVolumeClaim('d', ' '), 'the PersistentVolumeClaim of the volume "d" must be'],
])('a %s by a name that no object has is refused', (_, make, message) => {
  expect(make).toThrow(message);
});

test('a volume names what it shows', () => {
  expect([PodVolume.configMap('a', 'web.v1'), PodVolume.secret('b', 'web-tls'), PodVolume.persistentVolumeClaim('c', 'data')].map((volume) => volume._manifest())).toEqual([
    { name: 'a', configMap: { name: 'web.v1' } }, { name: 'b', secret: { secretName: 'web-tls' } }, { name: 'c', persistentVolumeClaim: { claimName: 'data' } },
  ]);
});
