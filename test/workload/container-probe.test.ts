import { ContainerProbe } from '../../src';

test.each<[object | undefined, string]>([
  [{ periodSeconds: 2 ** 40 }, 'periodSeconds of a probe must be a whole number from 0 to 2147483647, got 1099511627776'],
  [{ initialDelaySeconds: 2 ** 31 }, 'initialDelaySeconds of a probe must be a whole number from 0 to 2147483647, got 2147483648'],
  [{ timeoutSeconds: '5' }, 'timeoutSeconds of a probe must be a whole number from 0 to 2147483647, got "5"'],
  [{ failureThreshold: null }, 'failureThreshold of a probe must be a whole number from 0 to 2147483647, got null'],
])('a probe with %j is refused, as Kubernetes keeps it in an int32', (options, message) => {
  expect(() => ContainerProbe.tcpSocket(80, options as any)).toThrow(message);
});

test.each<[() => ContainerProbe, string]>([
  [() => ContainerProbe.exec('cat' as any), 'command of a probe must be a list of texts such as ["a", "b"], got "cat"'],
  [() => ContainerProbe.exec(undefined as any), 'a probe has an empty command; name the program to run, such as ["cat", "/ready"]'],
  [() => ContainerProbe.httpGet(80 as any, '/' as any), 'path of a probe must be text, got 80'],
  [() => ContainerProbe.httpGet('/', '80' as any), 'a probe asks at the port "80"; a port is a whole number from 1 to 65535'],
])('what is of another type is refused, as JavaScript lets it through: %s', (make, message) => {
  expect(make).toThrow(message);
});

test('a probe may wait as long as an int32 can say', () => {
  const longest = 2 ** 31 - 1;
  expect(ContainerProbe.tcpSocket(80, { periodSeconds: longest, timeoutSeconds: undefined })._manifest()).toEqual({
    tcpSocket: { port: 80 }, periodSeconds: longest,
  });
});
